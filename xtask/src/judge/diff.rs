//! Two outputs as a diff in which every byte that differs can be seen.

use similar::{Algorithm, capture_diff_slices, group_diff_ops};

/// What a person still reads.
const MOST_LINES: usize = 60;

/// Returns a unified diff from `old` to `new`, both named.
///
/// White space at the end of a line, control characters and bytes that are no UTF-8 are made visible.
pub fn diff(old_name: &str, old: &[u8], new_name: &str, new: &[u8]) -> String {
    let [old, new] = [old, new].map(split);
    let mut lines = vec![format!("--- {old_name}"), format!("+++ {new_name}")];
    for group in group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), 3) {
        if let Some(first) = group.first() {
            lines.push(format!("@@ line {} @@", first.old_range().start + 1));
        }
        for change in group.iter().flat_map(|op| op.iter_changes(&old, &new)) {
            lines.push(format!("{}{}", change.tag(), visible(change.value())));
            if !change.value().ends_with(b"\n") {
                lines.push("\\ no newline at the end".to_owned());
            }
        }
    }
    let more = lines.len().saturating_sub(MOST_LINES);
    if more > 0 {
        lines.truncate(MOST_LINES);
        lines.push(format!("... and {more} lines more"));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Returns the lines at the end of a text that may be long, made visible: there a program says why it failed.
pub fn excerpt(text: &[u8]) -> String {
    let lines = split(text);
    let before = lines.len().saturating_sub(MOST_LINES);
    let mut shown = String::new();
    if before > 0 {
        shown = format!("  {before} lines, then\n");
    }
    let lines = lines[before..].iter();
    shown.extend(lines.map(|line| format!("  {}\n", visible(line))));
    shown
}

fn split(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Returns a line without its newline: `·` for a space at the end, `␉` for a tab, `␍` for a CR, `\xff` for a stray byte.
fn visible(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let spaces = line.iter().rev().take_while(|byte| **byte == b' ').count();
    let mut shown = String::new();
    for chunk in line[..line.len() - spaces].utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\0'..='\x1f' => shown.extend(char::from_u32(0x2400 + u32::from(letter))),
                ' ' => shown.push(' '),
                _ if letter.is_control() || letter.is_whitespace() => {
                    shown.extend(letter.escape_unicode());
                }
                _ => shown.push(letter),
            }
        }
        let stray = chunk.invalid().iter();
        shown.extend(stray.map(|byte| format!("\\x{byte:02x}")));
    }
    shown + &"·".repeat(spaces)
}
