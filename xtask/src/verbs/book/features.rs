//! The five `NODE.md` as one table: Node's name, what kind of counterpart it has, and which.

use super::pages::Book;

/// What a line of a `NODE.md` says of a feature.
const KINDS: [&str; 4] = ["counterpart", "plain Rust", "difference", "none"];

/// The lines of one `NODE.md`.
pub struct Features {
    pub rows: Vec<String>,
    /// How many names of Node there are of each kind.
    pub counts: [usize; 4],
}

impl Features {
    /// Reads the lines of all tables whose second column is a kind.
    pub fn read(text: &str) -> Self {
        let (mut rows, mut counts) = (Vec::new(), [0; 4]);
        for line in text.lines().filter(|line| line.starts_with("| ")) {
            let mut cells = line.split(" | ");
            let (names, kind) = (cells.next().unwrap_or_default(), cells.next());
            let Some(kind) = KINDS.iter().position(|known| kind == Some(known)) else {
                continue;
            };
            // A line may be about several names.
            counts[kind] += (names.matches('`').count() / 2).max(1);
            rows.push(line.to_owned());
        }
        Self { rows, counts }
    }

    pub fn all(&self) -> usize {
        self.counts.iter().sum()
    }
}

impl Book<'_> {
    /// Returns the values of the template: how many names, a table of counts, and all lines.
    pub fn features(&self, all: &[(&str, Features)]) -> [String; 3] {
        let names: usize = all.iter().map(|(_, features)| features.all()).sum();
        let mut counts = format!(
            "| topic | names | {} | here, or in plain Rust |\n",
            KINDS.join(" | ")
        );
        counts += "|---|---:|---:|---:|---:|---:|---:|\n";
        let mut rows = "| topic | Node | kind | here |\n|---|---|---|---|\n".to_owned();
        for (topic, features) in all {
            let [counterpart, plain, difference, none] = features.counts;
            let (all, here) = (features.all(), counterpart + plain + difference);
            let share = here * 100 / all.max(1);
            counts += &format!(
                "| [{topic}]({topic}/node.html) | {all} | {counterpart} | {plain} | {difference} | {none} | {share} % |\n"
            );
            for row in &features.rows {
                let row = self.rewrite(row, &format!("{topic}/NODE.md"), 0);
                rows += &format!("| [{topic}]({topic}/node.html) {row}\n");
            }
        }
        [names.to_string(), counts, rows]
    }
}
