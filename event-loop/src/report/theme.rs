//! How each kind of thing looks: a name, a letter, and a colour that the colour-blind can tell from the others.
//!
//! The colours are those of Okabe and Ito, "Color Universal Design" (2008). A letter stands beside each, so that none has to be seen.

use super::timeline::{Phase, What};
use crate::callback::CallbackKind;

pub struct Theme {
    pub name: &'static str,
    pub letter: &'static str,
    pub colour: &'static str,
    /// The colour of text on it.
    pub ink: &'static str,
}

macro_rules! looks {
    ($($name:literal $letter:literal $colour:literal $ink:literal)*) => {
        &[$(Theme { name: $name, letter: $letter, colour: $colour, ink: $ink }),*]
    };
}

/// In the order of [`number`].
pub const THEMES: &[Theme] = looks! {
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
    "listener" "L" "#a6a6a6" "#000"
};

/// Which of [`THEMES`] it has.
pub fn number(what: What) -> usize {
    match what {
        What::Phase(Phase::Main) => 0,
        What::Phase(Phase::Poll) => 1,
        What::Phase(Phase::Check) => 2,
        What::Phase(Phase::Close) => 3,
        What::Phase(Phase::Timers) => 4,
        What::Callback(CallbackKind::Tick) => 5,
        What::Callback(CallbackKind::Microtask) => 6,
        What::Callback(CallbackKind::Task) => 7,
        What::Callback(CallbackKind::Immediate) => 8,
        What::Callback(CallbackKind::Timer) => 9,
        What::Callback(CallbackKind::JobDone) => 10,
        What::Callback(CallbackKind::Close) => 11,
        What::Callback(CallbackKind::Listener) => 12,
    }
}
