//! Where timers wait: one list per duration, and the lists in the order of their expiry.
//!
//! Node's structure (`lib/internal/timers.js`), not a heap of deadlines, because the difference shows (rule R9, lesson `timer-lists`).
//! Setting a timer appends to a list, clearing unlinks it; only a list's first timer is ever compared with another list's.
//! Nothing here calls a callback.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use crate::callback::RepeatCallback;
use crate::data::slot_map::{Key, NONE, SlotMap};

/// A timer: set, fired or cleared. It stays for as long as it is set or somebody has a handle of it.
pub struct Timer {
    pub callback: Option<RepeatCallback>,
    pub duration: u64,
    pub start: u64,
    prev: u32,
    next: u32,
    linked: bool,
    pub repeats: bool,
    pub refed: bool,
    /// Neither waiting nor running: Node's `_destroyed`.
    pub done: bool,
    /// Cleared before it was done, so that nothing can arm it again.
    pub cleared: bool,
    pub handles: u32,
}

impl Timer {
    pub fn new(callback: RepeatCallback, duration: u64, repeats: bool) -> Self {
        Self {
            callback: Some(callback),
            duration,
            start: 0,
            prev: NONE,
            next: NONE,
            linked: false,
            repeats,
            refed: true,
            done: false,
            cleared: false,
            handles: 1,
        }
    }
}

struct List {
    duration: u64,
    expiry: u64,
    /// Breaks ties: the older list first.
    id: u64,
    first: u32,
    last: u32,
}

/// All timers of a loop.
pub struct Timers {
    pub all: SlotMap<Timer>,
    lists: SlotMap<List>,
    by_duration: HashMap<u64, Key, BuildHasherDefault<Multiply>>,
    /// The list that was asked for last: most programs use one duration at a time.
    recent: Option<(u64, Key)>,
    by_expiry: BTreeMap<(u64, u64), Key>,
    next_id: u64,
    /// How many timers hold the loop.
    pub refs: usize,
    /// The earliest expiry that is known to the alarm.
    pub next_expiry: u64,
    /// The one alarm for all of them, as Node has one libuv timer (R11).
    pub alarm: Option<u64>,
}

impl Timers {
    pub fn new() -> Self {
        Self {
            all: SlotMap::new(),
            lists: SlotMap::new(),
            by_duration: HashMap::default(),
            recent: None,
            by_expiry: BTreeMap::new(),
            next_id: 0,
            refs: 0,
            next_expiry: u64::MAX,
            alarm: None,
        }
    }

    /// Puts a timer at the end of its list; `loop_start` is what the alarm counts from.
    pub fn append(&mut self, timer: Key, start: u64, loop_start: u64) {
        let Some(duration) = self.all.get(timer).map(|timer| timer.duration) else {
            return;
        };
        self.unlink(timer);
        let list = self.list_for(duration, start, loop_start);
        let list = self
            .lists
            .get_mut(list)
            .expect("a list that was just found");
        let last = std::mem::replace(&mut list.last, timer.index);
        if last == NONE {
            list.first = timer.index;
        } else {
            self.all.at(last).next = timer.index;
        }
        let timer = self.all.at(timer.index);
        (timer.start, timer.prev, timer.next, timer.linked) = (start, last, NONE, true);
    }

    fn list_for(&mut self, duration: u64, start: u64, loop_start: u64) -> Key {
        if let Some((of, list)) = self.recent
            && of == duration
        {
            return list;
        }
        let list = match self.by_duration.get(&duration) {
            Some(&list) => list,
            None => self.new_list(duration, start, loop_start),
        };
        self.recent = Some((duration, list));
        list
    }

    fn new_list(&mut self, duration: u64, start: u64, loop_start: u64) -> Key {
        let (id, expiry) = (self.next_id, start.saturating_add(duration));
        self.next_id += 1;
        let (first, last) = (NONE, NONE);
        let list = self.lists.insert(List {
            duration,
            expiry,
            id,
            first,
            last,
        });
        self.by_duration.insert(duration, list);
        self.by_expiry.insert((expiry, id), list);
        if self.next_expiry > expiry {
            self.next_expiry = expiry;
            self.alarm = Some(loop_start.saturating_add(duration));
        }
        list
    }

    /// Takes a timer out of its list, if it is in one.
    pub fn unlink(&mut self, timer: Key) {
        let Some(found) = self.all.get_mut(timer).filter(|timer| timer.linked) else {
            return;
        };
        let (prev, next, duration) = (found.prev, found.next, found.duration);
        found.linked = false;
        if prev != NONE && next != NONE {
            self.all.at(prev).next = next;
            self.all.at(next).prev = prev;
            return;
        }
        let list = match self.recent {
            Some((of, list)) if of == duration => list,
            _ => self.by_duration[&duration],
        };
        let list = self.lists.get_mut(list).expect("a linked timer has a list");
        if prev == NONE {
            list.first = next;
        }
        if next == NONE {
            list.last = prev;
        }
        if prev != NONE {
            self.all.at(prev).next = NONE;
        }
        if next != NONE {
            self.all.at(next).prev = NONE;
        }
    }

    pub fn is_linked(&self, timer: Key) -> bool {
        self.all.get(timer).is_some_and(|timer| timer.linked)
    }

    /// The list that expires first, and when.
    pub fn first_list(&self) -> Option<(u64, Key)> {
        let (&(expiry, _), &list) = self.by_expiry.first_key_value()?;
        Some((expiry, list))
    }

    /// The first timer of a list; nothing if the list is empty or gone.
    pub fn first_of(&self, list: Key) -> Option<Key> {
        let first = self.lists.get(list)?.first;
        (first != NONE).then(|| self.all.key_at(first))
    }

    /// Gives a list whose first timer is not due yet a new place and a new id (R9).
    pub fn postpone(&mut self, list: Key, expiry: u64) {
        let id = self.next_id;
        self.next_id += 1;
        if let Some(found) = self.lists.get_mut(list) {
            self.by_expiry.remove(&(found.expiry, found.id));
            (found.expiry, found.id) = (expiry, id);
            self.by_expiry.insert((expiry, id), list);
        }
    }

    /// Forgets a list that is empty (R10). The next timer of that duration begins a new one, with a new id.
    pub fn drop_list(&mut self, list: Key) {
        if let Some(list) = self.lists.remove(list) {
            self.by_expiry.remove(&(list.expiry, list.id));
            self.by_duration.remove(&list.duration);
            self.recent = self.recent.filter(|(of, _)| *of != list.duration);
        }
    }

    /// Forgets the list of a timer that was cleared, if that was its last.
    pub fn drop_list_if_empty(&mut self, duration: u64) {
        let list = match self.recent {
            Some((of, list)) if of == duration => Some(list),
            _ => self.by_duration.get(&duration).copied(),
        };
        if let Some(list) = list
            && self.first_of(list).is_none()
        {
            self.drop_list(list);
        }
    }
}

/// A hasher for durations: std's is safe against chosen keys and takes as long as all the rest of setting a timer.
#[derive(Default)]
struct Multiply(u64);

impl Hasher for Multiply {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes
            .iter()
            .for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, duration: u64) {
        let product = u128::from(self.0 ^ duration) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
}
