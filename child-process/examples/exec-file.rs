//! `execFile`: no shell in between, so that arguments arrive as they are; and what does not start.
//!
//! Node says ENOENT whether the program or the directory is missing; `source()` says which here.

use child_process::{Command, Error, exec, exec_file};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    run(
        "printf",
        exec_file("printf", ["%s|", "$HOME", "a b", ";echo no", "*", ""]),
    )
    .await?;
    run(
        "no-such-program-xyz",
        exec_file("no-such-program-xyz", ["a", "b c"]),
    )
    .await?;
    run(
        "/no/such/dir/program",
        exec_file("/no/such/dir/program", [""; 0]),
    )
    .await?;
    run("/etc/passwd", exec_file("/etc/passwd", [""; 0])).await?; // there, but not executable
    run("true", exec_file("true", [""; 0]).cwd("/no/such/dir")).await?; // no such directory
    run("false", exec_file("false", ["ignored", "args"])).await?;

    // With a shell in between, arguments are joined by spaces and not quoted.
    let output = exec(["printf", "%s,", "a b", "$((2+3))"].join(" ")).await?;
    println!("joined: {:?}", output.stdout_text());
    Ok(())
}

async fn run(file: &str, command: Command) -> anyhow::Result<()> {
    match command.await {
        Ok(output) => println!("{file}: {:?}", output.stdout_text()),
        Err(Error::Spawn {
            program,
            args,
            cause,
        }) => {
            let (code, args) = (cause.errno(), args.join(","));
            println!("{file}: spawn {program} {code:?}");
            println!(
                "  code={code:?} errno=-{} path={program} spawnargs={args}",
                code as i32
            );
        }
        Err(error) => {
            let code = error.code().unwrap_or_default();
            println!("{file}: {:?} code={code}", error.to_string());
        }
    }
    Ok(())
}
