//! Whose a new file is, and who may read it: never more people than could read the source.
//!
//! Only root can give files away, so these tests need root, and `setpriv` of util-linux to be another user.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::process::Command;

use super::folder::{Folder, TEXT};
use super::member::Member;
use super::peers::peer;
use super::running::Running;

const OWNER: u32 = 1234;
const GROUP: u32 = 5678;

/// A folder that all may write to, with files of 1234:5678; `None` if this user may not make one.
fn folder(mode: u32) -> Option<Folder> {
    let folder = Folder::with("a", TEXT).and("b.gz", Member::of(TEXT).bytes());
    fs::set_permissions(folder.path(""), Permissions::from_mode(0o777)).unwrap();
    for name in ["a", "b.gz"] {
        if chown(folder.path(name), Some(OWNER), Some(GROUP)).is_err() {
            eprintln!("skipped: this user may not give files away");
            return None;
        }
        fs::set_permissions(folder.path(name), Permissions::from_mode(mode)).unwrap();
    }
    Some(folder)
}

fn whose(folder: &Folder, name: &str) -> (u32, u32, u32) {
    let metadata = fs::metadata(folder.path(name)).unwrap();
    (metadata.uid(), metadata.gid(), metadata.mode() & 0o7777)
}

const COMMANDS: [(&str, &str); 3] = [
    ("compress a", "a.gz"),
    ("decompress b.gz", "b"),
    ("copy a c", "c"),
];

#[test]
fn root_keeps_owner_and_group() {
    let Some(folder) = folder(0o640) else { return };

    for (args, output) in COMMANDS {
        folder.run(args).expect_silence();

        assert_eq!(whose(&folder, output), (OWNER, GROUP, 0o640), "{args}");
    }
}

/// Runs the commands as user 2000 with these groups, of which the first is the main one.
fn as_another(folder: &Folder, groups: &str) -> Option<()> {
    // The build folder need not be open to others.
    let program = folder.copied_binary();
    for (args, _) in COMMANDS {
        let setpriv: Command = peer("setpriv")?;
        let mut command = folder.other_command(setpriv);
        let main = groups.split(',').next().unwrap();
        command
            .args(["--reuid", "2000", "--regid", main, "--groups", groups])
            .arg(&program);
        Running::start(command.args(args.split_whitespace()))
            .wait()
            .expect_silence();
    }
    Some(())
}

#[test]
fn a_member_of_the_group_keeps_the_group() {
    let Some(folder) = folder(0o640) else { return };
    if as_another(&folder, "100,5678").is_none() {
        return;
    }

    for (args, output) in COMMANDS {
        assert_eq!(whose(&folder, output), (2000, GROUP, 0o640), "{args}");
    }
}

#[test]
fn without_the_group_no_one_may_do_more_than_before() {
    for (mode, expected) in [
        (0o664, 0o644),
        (0o604, 0o600),
        (0o646, 0o644),
        (0o444, 0o444),
    ] {
        let Some(folder) = folder(mode) else { return };
        if as_another(&folder, "100").is_none() {
            return;
        }

        for (args, output) in COMMANDS {
            assert_eq!(
                whose(&folder, output),
                (2000, 100, expected),
                "{args}, mode {mode:o}"
            );
        }
    }
}
