//! How each kind of thing looks: a name, a letter, and a colour that the colour-blind can tell from the others.
//!
//! The colours are those of Okabe and Ito, "Color Universal Design" (2008). A letter stands beside each, so that none has to be seen.

use serde::Serialize;

use crate::callback::SpanKind;

#[derive(Serialize)]
pub struct Theme {
    pub name: &'static str,
    pub letter: &'static str,
    pub colour: &'static str,
    /// The colour of text on it.
    pub ink: &'static str,
}

macro_rules! themes {
    ($($name:literal $letter:literal $colour:literal $ink:literal)*) => {
        &[$(Theme { name: $name, letter: $letter, colour: $colour, ink: $ink }),*]
    };
}

/// In the order of [`SpanKind`].
pub const THEMES: &[Theme] = themes! {
    "main" "S" "#a6a6a6" "#000"
    "poll" "P" "#56b4e9" "#000"
    "check" "C" "#009e73" "#000"
    "close" "X" "#cc79a7" "#000"
    "timers" "T" "#e69f00" "#000"
    "tick" "N" "#f0e442" "#000"
    "microtask" "Q" "#0072b2" "#fff"
    "async code" "A" "#d55e00" "#000"
    "immediate" "I" "#009e73" "#000"
    "timer" "T" "#e69f00" "#000"
    "result" "R" "#56b4e9" "#000"
    "close callback" "X" "#cc79a7" "#000"
};

impl SpanKind {
    pub fn theme(self) -> &'static Theme {
        &THEMES[self as usize]
    }
}
