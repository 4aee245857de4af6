//! A picture of the table: lost requests in the reloads, server by server.

/// Draws a bar for each row `| name | lost of sent: how | ...`, of which the first four cells are the reloads.
pub fn draw(rows: &[&str]) -> String {
    let mut bars = Vec::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let counts: Option<Vec<_>> = cells
            .iter()
            .skip(1)
            .take(4)
            .map(|cell| count(cell))
            .collect();
        if let Some(counts) = counts.filter(|counts| !counts.is_empty()) {
            let lost: u64 = counts.iter().map(|(lost, _)| lost).sum();
            let sent: u64 = counts.iter().map(|(_, sent)| sent).sum();
            bars.push((cells[0], lost, sent));
        }
    }
    let largest = bars.iter().map(|(_, lost, _)| *lost).max();
    let largest = largest.unwrap_or_default().max(1) as f64;
    let mut drawn = String::new();
    for (index, (name, lost, sent)) in bars.iter().enumerate() {
        let y = 46 + 30 * index;
        let length = 330.0 * *lost as f64 / largest;
        let class = if name.starts_with("clustering") {
            "ours"
        } else {
            "bar"
        };
        let (base, top, end) = (y + 19, y + 5, 248.0 + length);
        drawn += &format!(
            "<text x=\"230\" y=\"{base}\" text-anchor=\"end\">{name}</text>\
             <rect class=\"{class}\" x=\"240\" y=\"{top}\" width=\"{length:.1}\" height=\"18\" rx=\"3\"/>\
             <text x=\"{end:.1}\" y=\"{base}\">{lost} of {sent}</text>\n"
        );
    }
    let height = 54 + 30 * bars.len();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height}\" width=\"720\" height=\"{height}\" role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <style>text {{ fill: #24292f }} .quiet {{ fill: #57606a }} .bar {{ fill: #8c959f }} .ours {{ fill: #d9480f }}\n\
         @media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3 }} .quiet {{ fill: #9da7b1 }} .bar {{ fill: #6e7681 }} .ours {{ fill: #ff922b }} }}</style>\n\
         <title>Requests lost in 20 reloads</title>\n\
         <text x=\"0\" y=\"16\" font-weight=\"600\">Requests lost in 20 reloads, of those that were sent</text>\n\
         <text x=\"0\" y=\"34\" class=\"quiet\" font-size=\"12\">shorter is better</text>\n\
         {drawn}</svg>\n"
    )
}

/// Reads `lost of sent` at the start of a cell.
fn count(cell: &str) -> Option<(u64, u64)> {
    let (lost, rest) = cell.split_once(" of ")?;
    let sent = rest.split([':', ';']).next()?;
    Some((lost.parse().ok()?, sent.parse().ok()?))
}
