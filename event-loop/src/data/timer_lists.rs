//! Where timers wait: one list per duration, and the lists in the order of their expiry.
//!
//! This is Node's structure (`lib/internal/timers.js`), not a heap of deadlines, because the difference shows: lesson `timer-lists`.
//! Setting a timer appends to a list, clearing unlinks it; only a list's first timer is ever compared with another list's.
//! Nothing here calls a callback.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use slotmap::{SlotMap, new_key_type};

use crate::callback::RepeatCallback;

new_key_type! {
    pub struct TimerKey;
}

/// A list by its duration and its id: one that has taken its place is another.
pub type ListKey = (u64, u64);

/// A timer stays in the table while it is set or a handle of it exists.
#[derive(Default)]
pub struct Timer {
    pub callback: Option<RepeatCallback>,
    pub duration: u64,
    pub start: u64,
    prev: Option<TimerKey>,
    next: Option<TimerKey>,
    pub state: TimerState,
    pub repeats: bool,
    pub refed: bool,
    pub handles: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimerState {
    /// It waits in its list.
    Scheduled,
    /// It is in no list, and its callback runs, or it is about to be told what it is now.
    Unlinked,
    /// It has fired, or was never set. `refresh` sets it again.
    #[default]
    Fired,
    /// It was cleared before it had fired: nothing sets it again.
    Cleared,
}

/// What becomes of a timer, for a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerChange {
    /// It waits from here on, for as many nanoseconds.
    Set(u64),
    Fired,
    Cleared,
    /// Whether it holds the loop.
    Ref(bool),
}

impl Timer {
    pub fn new(callback: RepeatCallback, duration: u64, repeats: bool) -> Self {
        Self {
            callback: Some(callback),
            duration,
            repeats,
            refed: true,
            handles: 1,
            ..Self::default()
        }
    }

    /// Whether it counts among those that hold the loop.
    fn is_counted(&self) -> bool {
        self.refed && matches!(self.state, TimerState::Scheduled | TimerState::Unlinked)
    }
}

struct List {
    expiry: u64,
    /// Breaks ties: the older list first.
    id: u64,
    first: Option<TimerKey>,
    last: Option<TimerKey>,
}

/// All timers of a loop.
#[derive(Default)]
pub struct TimerLists {
    pub all: SlotMap<TimerKey, Timer>,
    /// By duration.
    lists: BTreeMap<u64, List>,
    /// The duration of each list, by its expiry and its id.
    by_expiry: BTreeMap<(u64, u64), u64>,
    next_id: u64,
    /// How many timers hold the loop.
    pub refs: usize,
    /// The earliest expiry for which the alarm is set.
    pub next_expiry: Option<u64>,
    /// When the timers phase has something to do. Node, too, has one libuv timer for all of its own.
    pub alarm: Option<u64>,
    /// The timer whose callback runs.
    pub running: Option<TimerKey>,
}

impl TimerLists {
    /// Changes a timer, and keeps the count of those that hold the loop.
    pub fn update<R>(&mut self, key: TimerKey, change: impl FnOnce(&mut Timer) -> R) -> Option<R> {
        let timer = self.all.get_mut(key)?;
        let before = timer.is_counted();
        let result = change(timer);
        self.refs = self.refs + usize::from(timer.is_counted()) - usize::from(before);
        Some(result)
    }

    /// Puts a timer at the end of its list; `loop_start` is what the alarm counts from.
    pub fn append(&mut self, key: TimerKey, start: u64, loop_start: u64) {
        self.unlink(key);
        let Some(duration) = self.all.get(key).map(|timer| timer.duration) else {
            return;
        };
        let list = self.lists.entry(duration).or_insert_with(|| {
            let (id, expiry) = (self.next_id, start.saturating_add(duration));
            self.next_id += 1;
            self.by_expiry.insert((expiry, id), duration);
            if self.next_expiry.is_none_or(|next| next > expiry) {
                self.next_expiry = Some(expiry);
                self.alarm = Some(loop_start.saturating_add(duration));
            }
            List {
                expiry,
                id,
                first: None,
                last: None,
            }
        });
        let last = list.last.replace(key);
        let before = last.map_or(&mut list.first, |last| &mut self.all[last].next);
        *before = Some(key);
        self.update(key, |timer| {
            timer.start = start;
            (timer.prev, timer.next) = (last, None);
            timer.state = TimerState::Scheduled;
        });
    }

    /// Takes a timer out of its list, if it is in one. It is unlinked until its state is set.
    pub fn unlink(&mut self, key: TimerKey) {
        let timer = self.all.get_mut(key);
        let Some(timer) = timer.filter(|timer| timer.state == TimerState::Scheduled) else {
            return;
        };
        timer.state = TimerState::Unlinked;
        let (prev, next) = (timer.prev, timer.next);
        let Some(list) = self.lists.get_mut(&timer.duration) else {
            return;
        };
        let before = prev.map_or(&mut list.first, |prev| &mut self.all[prev].next);
        *before = next;
        let after = next.map_or(&mut list.last, |next| &mut self.all[next].prev);
        *after = prev;
    }

    /// Whether it is there and holds the loop while it is set.
    pub fn is_refed(&self, key: TimerKey) -> bool {
        self.all.get(key).is_some_and(|timer| timer.refed)
    }

    /// The list that expires first, and when.
    pub fn first_list(&self) -> Option<(u64, ListKey)> {
        let (&(expiry, id), &duration) = self.by_expiry.first_key_value()?;
        Some((expiry, (duration, id)))
    }

    /// The first timer of a list; nothing if the list is empty or gone.
    pub fn first_of(&self, (duration, id): ListKey) -> Option<TimerKey> {
        let list = self.lists.get(&duration)?;
        list.first.filter(|_| list.id == id)
    }

    /// Gives a list whose first timer is not due yet a new place and a new id. So it may come after lists with later deadlines.
    pub fn postpone(&mut self, (duration, id): ListKey, expiry: u64) {
        if let Some(list) = self.lists.get_mut(&duration) {
            self.by_expiry.remove(&(list.expiry, id));
            (list.expiry, list.id) = (expiry, self.next_id);
            self.by_expiry.insert((expiry, self.next_id), duration);
            self.next_id += 1;
        }
    }

    /// Forgets a list that is empty. The next timer of that duration begins a new one, with a new id.
    pub fn drop_list(&mut self, (duration, id): ListKey) {
        if let Entry::Occupied(list) = self.lists.entry(duration)
            && list.get().id == id
        {
            self.by_expiry.remove(&(list.remove().expiry, id));
        }
    }

    /// Forgets the list of a timer that was cleared, if that was its last.
    pub fn drop_list_if_empty(&mut self, duration: u64) {
        if let Some(list) = self.lists.get(&duration)
            && list.first.is_none()
        {
            self.drop_list((duration, list.id));
        }
    }

    /// Removes a timer that has no handle and does not wait; returns what is to be dropped where nothing is borrowed.
    pub fn forget_unless_held(&mut self, key: TimerKey) -> Option<RepeatCallback> {
        let timer = self.all.get(key)?;
        let is_over = matches!(timer.state, TimerState::Fired | TimerState::Cleared);
        if !is_over || timer.handles > 0 {
            return None;
        }
        self.all.remove(key)?.callback
    }
}
