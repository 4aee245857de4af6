//! What differs between systems in the tool.

/// Makes this process the parent of its descendants' orphans.
pub fn adopt_orphans() {
    // Where the system refuses, orphans go on after a limit.
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_child_subreaper(true);
}
