//! Two outputs as a diff in which every byte that differs can be seen.

use std::fmt::Write;

use similar::{Algorithm, ChangeTag, capture_diff_slices, group_diff_ops};

/// What a person still reads.
const MOST_LINES: usize = 60;

/// A unified diff from `old` to `new`, both named.
///
/// White space at the end of a line, control characters and bytes that are no UTF-8 are made visible.
pub fn diff(old_name: &str, old: &[u8], new_name: &str, new: &[u8]) -> String {
    let [old, new] = [old, new].map(|text| {
        text.split_inclusive(|byte| *byte == b'\n')
            .collect::<Vec<_>>()
    });
    let mut lines = vec![format!("--- {old_name}"), format!("+++ {new_name}")];
    for group in group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), 3) {
        if let Some(first) = group.first() {
            lines.push(format!("@@ line {} @@", first.old_range().start + 1));
        }
        for change in group.iter().flat_map(|op| op.iter_changes(&old, &new)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("{sign}{}", visible(change.value())));
            if !change.value().ends_with(b"\n") {
                lines.push("\\ no newline at the end".to_owned());
            }
        }
    }
    cut(&lines)
}

/// The first lines of a text that may be long, made visible.
pub fn excerpt(text: &[u8]) -> String {
    let lines: Vec<_> = text
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| format!("  {}", visible(line)))
        .collect();
    cut(&lines)
}

fn cut(lines: &[String]) -> String {
    let mut text = lines
        .iter()
        .take(MOST_LINES)
        .fold(String::new(), |text, line| text + line + "\n");
    if lines.len() > MOST_LINES {
        let _ = writeln!(text, "... and {} lines more", lines.len() - MOST_LINES);
    }
    text
}

/// One line without its newline: `·` for a space at the end, `␉` for a tab, `␍` for a CR, `\xff` for a stray byte.
fn visible(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let words = line.len() - line.iter().rev().take_while(|byte| **byte == b' ').count();
    let mut shown = String::new();
    for chunk in line[..words].utf8_chunks() {
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
        chunk
            .invalid()
            .iter()
            .for_each(|byte| shown.push_str(&format!("\\x{byte:02x}")));
    }
    shown + &"·".repeat(line.len() - words)
}
