//! No shell in between, and what a failure to start looks like.
//!
//! Twin: `golden/05-no-shell.mjs`. Node says the same whether program or directory is missing; the error's source here does not.

use std::io::Write;

use child_process::{Command, Error, exec, exec_file};
use serde_json::json;

/// Prints what programs make of their arguments, and why some do not start.
pub async fn no_shell(out: &mut dyn Write) -> anyhow::Result<()> {
    let odd = ["%s|", "$HOME", "a b", ";echo no", "*", ""];
    show(out, "printf", &odd, |command| command).await?;
    show(out, "no-such-program-xyz", &["a", "b c"], |command| command).await?;
    show(out, "/no/such/dir/program", &[], |command| command).await?;
    show(out, "/etc/passwd", &[], |command| command).await?; // there, but not executable
    show(out, "true", &[], |command| command.cwd("/no/such/dir")).await?;
    show(out, "false", &["ignored", "args"], |command| command).await?;

    // With a shell in between, arguments are joined by spaces and not quoted.
    let joined = exec(["printf", "%s,", "a b", "$((2+3))"].join(" ")).await?;
    writeln!(out, "joined: {}", json!(joined.stdout_text()))?;
    Ok(())
}

async fn show(
    out: &mut dyn Write,
    file: &str,
    args: &[&str],
    configure: fn(Command) -> Command,
) -> anyhow::Result<()> {
    writeln!(out, "{file} {}", json!(args))?;
    match configure(exec_file(file, args)).await {
        Ok(output) => {
            let (stdout, stderr) = (json!(output.stdout_text()), json!(output.stderr_text()));
            writeln!(out, "  stdout={stdout} stderr={stderr}")?;
        }
        Err(error) => {
            let message = error.to_string();
            if let Error::Spawn {
                program,
                args,
                cause,
            } = error
            {
                let errno = cause.errno();
                writeln!(out, "  {message}")?;
                let (syscall, path) = (json!(format!("spawn {program}")), json!(program));
                writeln!(
                    out,
                    "  code={errno:?} errno=-{} syscall={syscall} path={path}",
                    errno as i32
                )?;
                let line = [&[program][..], &args[..]].concat().join(" ");
                writeln!(out, "  spawnargs={} cmd={}", json!(args), json!(line))?;
            } else {
                let code = error
                    .code()
                    .map_or("null".to_owned(), |code| code.to_string());
                let signal = error.signal().unwrap_or("null".to_owned());
                writeln!(out, "  {} code={code} signal={signal}", json!(message))?;
            }
        }
    }
    Ok(())
}
