//! A table whose keys never lie: a slot that is used again answers to a new key only.
//!
//! Node's handles are objects and the garbage collector keeps them apart. A key here is an index and the slot's generation, so that a
//! stale `clear()` finds nothing instead of somebody else's timer.

/// Names one value of a [`SlotMap`], also after that value has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub index: u32,
    generation: u32,
}

impl Key {
    /// One number for both parts.
    pub fn number(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.index)
    }
}

/// Values by [`Key`], all in one allocation.
pub struct SlotMap<T> {
    slots: Vec<Slot<T>>,
    first_free: u32,
    len: usize,
}

struct Slot<T> {
    generation: u32,
    next_free: u32,
    value: Option<T>,
}

/// No index: the end of a list.
pub const NONE: u32 = u32::MAX;

impl<T> SlotMap<T> {
    pub fn new() -> Self {
        Self {
            slots: Vec::new(),
            first_free: NONE,
            len: 0,
        }
    }

    pub fn insert(&mut self, value: T) -> Key {
        self.insert_with(|_| value)
    }

    /// Keeps a value that is to know its own key.
    pub fn insert_with(&mut self, value: impl FnOnce(Key) -> T) -> Key {
        self.len += 1;
        let index = self.first_free;
        if let Some(slot) = self.slots.get_mut(index as usize) {
            let generation = slot.generation;
            let key = Key { index, generation };
            self.first_free = slot.next_free;
            slot.value = Some(value(key));
            return key;
        }
        let index = u32::try_from(self.slots.len()).expect("fewer than 2^32 slots");
        let (generation, next_free) = (0, NONE);
        let key = Key { index, generation };
        let value = Some(value(key));
        self.slots.push(Slot {
            generation,
            next_free,
            value,
        });
        key
    }

    pub fn get(&self, key: Key) -> Option<&T> {
        let slot = self.slots.get(key.index as usize)?;
        slot.value
            .as_ref()
            .filter(|_| slot.generation == key.generation)
    }

    pub fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.index as usize)?;
        slot.value
            .as_mut()
            .filter(|_| slot.generation == key.generation)
    }

    pub fn remove(&mut self, key: Key) -> Option<T> {
        let slot = self.slots.get_mut(key.index as usize)?;
        if slot.generation != key.generation {
            return None;
        }
        let value = slot.value.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        slot.next_free = self.first_free;
        self.first_free = key.index;
        self.len -= 1;
        Some(value)
    }

    /// The value at `index`, which a list of values holds and so knows to be there.
    pub fn at(&mut self, index: u32) -> &mut T {
        let value = self.slots[index as usize].value.as_mut();
        value.expect("a linked slot is in use")
    }

    /// The key of the value at `index`.
    pub fn key_at(&self, index: u32) -> Key {
        let generation = self.slots[index as usize].generation;
        Key { index, generation }
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes all values out, and forgets every key.
    pub fn take_all(&mut self) -> Vec<T> {
        let values = self.slots.iter_mut().filter_map(|slot| {
            slot.generation = slot.generation.wrapping_add(1);
            slot.value.take()
        });
        let values = values.collect();
        (self.first_free, self.len) = (NONE, 0);
        values
    }

    /// How many there have been at a time, which is what looking through them costs.
    pub fn capacity(&self) -> usize {
        self.slots.len()
    }

    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(|slot| slot.value.as_ref())
    }
}
