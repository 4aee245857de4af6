//! Where a program is found, and what is said when it is not: as Node, which leaves it to `execvp`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use child_process::{Error, SpawnError, exec_file};

fn write(file: &Path, text: &str, mode: u32) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
    fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
}

async fn failing(command: child_process::Command) -> Error {
    command.await.expect_err("it does not start")
}

#[tokio::test]
async fn a_relative_entry_of_the_path_is_in_the_childs_directory() {
    let folder = tempfile::tempdir().unwrap();
    write(
        &folder.path().join("bin/tool"),
        "#!/bin/sh\necho found\n",
        0o755,
    );
    write(
        &folder.path().join("here"),
        "#!/bin/sh\necho in the directory\n",
        0o755,
    );

    for (program, path, text) in [
        ("tool", "bin", "found\n"),
        ("here", ":/bin", "in the directory\n"),
    ] {
        let command = exec_file(program, [""; 0])
            .env("PATH", path)
            .cwd(folder.path());
        assert_eq!(command.await.unwrap().stdout_text(), text);
    }
}

#[tokio::test]
async fn a_file_that_is_not_executable_is_passed_over_and_named_if_there_is_no_other() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("a/tool"), "#!/bin/sh\necho a\n", 0o644);
    write(&folder.path().join("b/tool"), "#!/bin/sh\necho b\n", 0o755);
    let path = |entries: &str| {
        let root = folder.path().display();
        let entries = entries.split(':').map(|entry| format!("{root}/{entry}"));
        exec_file("tool", [""; 0]).env("PATH", entries.collect::<Vec<_>>().join(":"))
    };

    assert_eq!(path("none:a:b").await.unwrap().stdout_text(), "b\n");
    assert_eq!(
        path("a/tool:b").await.unwrap().stdout_text(),
        "b\n",
        "an entry that is a file"
    );
    assert_eq!(
        failing(path("none:a")).await.to_string(),
        "spawn tool EACCES"
    );
    assert_eq!(failing(path("none")).await.to_string(), "spawn tool ENOENT");
}

#[tokio::test]
async fn a_script_that_does_not_say_what_runs_it_is_run_by_sh() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    write(&script, "echo \"$# $1 ${0##*/}\"\n", 0o755);

    let output = exec_file(&script, ["a b", "c"]).await.unwrap();
    assert_eq!(output.stdout_text(), "2 a b script\n");
    let output = exec_file("script", ["x"])
        .env("PATH", folder.path())
        .await
        .unwrap();
    assert_eq!(output.stdout_text(), "1 x script\n");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    write(&script, "#!/no/such/interpreter\n", 0o755);

    let Error::Spawn { cause, .. } = failing(exec_file(&script, [""; 0])).await else {
        panic!()
    };
    assert!(matches!(cause, SpawnError::NoInterpreter), "{cause:?}");
    let Error::Spawn { cause, .. } =
        failing(exec_file("./script", [""; 0]).cwd(folder.path())).await
    else {
        panic!()
    };
    assert!(matches!(cause, SpawnError::NoInterpreter), "{cause:?}");
    let Error::Spawn { cause, .. } = failing(exec_file("", [""; 0])).await else {
        panic!()
    };
    assert!(matches!(cause, SpawnError::NoProgram), "{cause:?}");
}
