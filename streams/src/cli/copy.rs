//! `streams copy IN OUT`.

use super::args::CopyArgs;
use super::input::Input;
use super::message::{Outcome, report};
use super::output::Output;

/// Copies one file; the other appears when it is whole.
pub async fn copy(args: &CopyArgs) -> Outcome {
    let copied = try_copy(args).await;
    copied.unwrap_or_else(|error| report(Some(&args.from), &error))
}

async fn try_copy(args: &CopyArgs) -> anyhow::Result<Outcome> {
    let input = Input::open(&args.from, args.quiet).await?;
    let mut to = args.to.clone();
    if let Some(name) = args.from.file_name().filter(|_| to.is_dir()) {
        to.push(name);
    }
    let output = Output::open(&to, args.force, &input).await?;
    let count = |bytes| input.bar.inc(bytes);
    let copied = streams::copy_file(input.handle()?, output.handle()?, count).await;
    output.commit(copied.map(drop), false).await?;
    Ok(input.finish(args.quiet)?)
}
