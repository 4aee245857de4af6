//! The lines of the notes, `ls`, `cd dir`, `mkdir folder_name`, `touch index.js`, and a script.
//!
//! Each `exec` is a shell of its own: a `cd` ends with it, `cwd` is what stays.

use child_process::exec;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let run = async |line| {
        let output = exec(line).cwd(dir.path()).await?;
        anyhow::Ok(output.stdout_text().trim().replace('\n', " "))
    };

    run("mkdir folder_name").await?;
    run("touch index.js").await?;
    println!("ls: {}", run("ls").await?);

    // Each exec is a shell of its own: a `cd` ends with it.
    let there = run("cd folder_name && basename \"$PWD\"").await?;
    println!("cd and more: {there}");
    run("cd folder_name").await?;
    println!("after a cd of its own: {}", run("ls").await?);

    run("printf 'for name; do echo \"hello $name\"; done' > greet.sh").await?;
    println!("script: {}", run("sh greet.sh Ada Grace").await?);
    Ok(())
}
