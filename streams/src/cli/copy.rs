//! `streams copy IN OUT`.

use super::args::CopyArgs;
use super::file::{Input, Output, is_dash};
use super::message::{Failure, Outcome, report_result, warn};
use super::progress::bar;

/// Copies one file; the other appears when it is whole.
pub async fn copy(args: &CopyArgs) -> Outcome {
    report_result(&args.from, try_copy(args).await)
}

async fn try_copy(args: &CopyArgs) -> Result<Outcome, Failure> {
    let input = Input::open(&args.from).await?;
    let mut to = args.to.clone();
    if let Some(name) = args.from.file_name().filter(|_| to.is_dir()) {
        to.push(name);
    }
    let blame_target = |error: streams::Error| match error {
        streams::Error::Write(_) | streams::Error::Exists if is_dash(&to) => {
            Failure::of("stdout".as_ref(), error)
        }
        streams::Error::Write(_) | streams::Error::Exists => Failure::of(&to, error),
        _ => error.into(),
    };
    let output = match is_dash(&to) {
        true => Output::stdout(),
        false => Output::file(&to, args.force, &input).await,
    };
    let output = output.map_err(blame_target)?;
    let bar = bar(&input.path, input.size(), args.quiet);
    let copied = async {
        streams::copy_file(input.handle()?, output.handle()?, |bytes| bar.inc(bytes)).await?;
        output.commit(false).await
    };
    copied.await.map_err(blame_target)?;
    bar.finish_and_clear();
    Ok(match input.has_changed()? {
        true => warn(&input.path, "changed while it was read", args.quiet),
        false => Outcome::Done,
    })
}
