//! `streams copy IN OUT`.

use std::path::Path;

use anyhow::Error;

use super::args::CopyArgs;
use super::file::{Input, Output, is_dash};
use super::message::{Outcome, is_closed_pipe, report};
use super::progress::bar;

/// Copies one file; the other appears when it is whole.
pub async fn copy(args: &CopyArgs) -> Outcome {
    match try_copy(args).await {
        Ok(()) => Outcome::Done,
        Err(error @ (streams::Error::Write(_) | streams::Error::Exists)) => {
            let error = Error::new(error);
            match is_dash(&args.to) {
                true if is_closed_pipe(&error) => Outcome::Done,
                true => report(Some(Path::new("stdout")), &error),
                false => report(Some(&args.to), &error),
            }
        }
        Err(error) => report(Some(&args.from), &error.into()),
    }
}

async fn try_copy(args: &CopyArgs) -> Result<(), streams::Error> {
    let input = Input::open(&args.from).await?;
    let output = if is_dash(&args.to) {
        Output::stdout()?
    } else {
        Output::file(&args.to, args.force, &input).await?
    };
    let bar = bar(&input.path, input.size(), args.quiet);
    streams::copy_file(input.file, output.handle()?, |bytes| bar.inc(bytes)).await?;
    output.commit()?;
    bar.finish_and_clear();
    Ok(())
}
