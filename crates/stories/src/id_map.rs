//! What is known by ids, by the million.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};

use hashbrown::HashTable;

use crate::compact_id::CompactId;
use crate::pack::Packed;

/// Values by id. Each has a number that it keeps as long as it is there, by which others can refer to it in four bytes; the table of ids
/// holds numbers alone. Nothing is read in the order of hashes.
#[derive(Debug, Clone)]
pub(crate) struct IdMap<V> {
    values: Vec<Option<(CompactId, V)>>,
    /// The numbers that are free.
    free: Vec<u32>,
    numbers: IdNumbers,
}

/// Numbers by id, of which their owner keeps the ids.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdNumbers {
    table: HashTable<u32>,
    /// Seeded at random, since ids may come from strangers.
    hasher: RandomState,
}

impl IdNumbers {
    /// How many ids have one.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// The number of `id`; `id_of` gives the id of a number.
    pub(crate) fn get<'i>(
        &self,
        id: &CompactId,
        id_of: impl Fn(u32) -> Option<&'i CompactId>,
    ) -> Option<u32> {
        self.table.find(self.hasher.hash_one(id), |number| id_of(*number) == Some(id)).copied()
    }

    /// Notes the number of an id that has none.
    pub(crate) fn insert<'i>(
        &mut self,
        id: &CompactId,
        number: u32,
        id_of: impl Fn(u32) -> Option<&'i CompactId>,
    ) {
        let hasher = &self.hasher;
        self.table.insert_unique(hasher.hash_one(id), number, |number| {
            id_of(*number).map_or(0, |id| hasher.hash_one(id))
        });
    }

    /// Forgets the number of an id.
    pub(crate) fn remove(&mut self, id: &CompactId, number: u32) {
        if let Ok(entry) = self.table.find_entry(self.hasher.hash_one(id), |known| *known == number) {
            entry.remove();
        }
    }
}

impl<V> Default for IdMap<V> {
    fn default() -> Self {
        Self { values: Vec::new(), free: Vec::new(), numbers: IdNumbers::default() }
    }
}

impl<V> IdMap<V> {
    /// How many there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The number of an id.
    pub(crate) fn number(&self, id: &CompactId) -> Option<u32> {
        self.numbers.get(id, |number| self.id(number))
    }

    /// The id of a number.
    pub(crate) fn id(&self, number: u32) -> Option<&CompactId> {
        self.values.get(number as usize)?.as_ref().map(|(id, _)| id)
    }

    /// The value of a number.
    pub(crate) fn value(&self, number: u32) -> Option<&V> {
        self.values.get(number as usize)?.as_ref().map(|(_, value)| value)
    }

    /// The value of a number, to be changed.
    pub(crate) fn value_mut(&mut self, number: u32) -> Option<&mut V> {
        self.values.get_mut(number as usize)?.as_mut().map(|(_, value)| value)
    }

    /// The value of an id.
    pub(crate) fn get(&self, id: &CompactId) -> Option<&V> {
        self.value(self.number(id)?)
    }

    /// The number of an id, which has the value `value()` if it is new.
    pub(crate) fn number_or_insert_with(&mut self, id: &CompactId, value: impl FnOnce() -> V) -> u32 {
        if let Some(number) = self.number(id) {
            return number;
        }
        let number = self.free.pop().unwrap_or_else(|| {
            self.values.push(None);
            (self.values.len() - 1) as u32
        });
        self.values[number as usize] = Some((id.clone(), value()));
        let values = &self.values;
        self.numbers.insert(id, number, |number| values.get(number as usize)?.as_ref().map(|(id, _)| id));
        number
    }

    /// Takes a number out, with its id and value.
    pub(crate) fn remove(&mut self, number: u32) -> Option<V> {
        let (id, value) = self.values.get_mut(number as usize)?.take()?;
        self.numbers.remove(&id, number);
        self.free.push(number);
        Some(value)
    }
}

impl<V: Packed> Packed for IdMap<V> {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        self.values.pack(output)?;
        self.free.pack(output)
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        let values: Vec<Option<(CompactId, V)>> = Packed::unpack(input)?;
        let mut numbers = IdNumbers::default();
        let id_of = |number: u32| values.get(number as usize)?.as_ref().map(|(id, _)| id);
        for (number, value) in (0..).zip(&values) {
            if let Some((id, _)) = value {
                numbers.insert(id, number, id_of);
            }
        }
        let free = Packed::unpack(input)?;
        Ok(Self { values, free, numbers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_in_is_found_by_its_id_and_by_its_number_until_it_is_taken_out() {
        let mut map = IdMap::default();
        let id = CompactId::of;
        let numbers: Vec<u32> =
            (0..1000).map(|at| map.number_or_insert_with(&id(&format!("{at:032x}")), || at)).collect();
        let word = map.number_or_insert_with(&id("word"), || 1000);
        assert_eq!(map.number_or_insert_with(&id("word"), || 7), word);
        assert_eq!((map.get(&id("word")), map.get(&id("other")), map.len()), (Some(&1000), None, 1001));
        assert_eq!(map.remove(numbers[500]), Some(500));
        assert_eq!((map.number(&id(&format!("{:032x}", 500))), map.value(numbers[500])), (None, None));
        assert_eq!(map.number_or_insert_with(&id("new"), || 1001), numbers[500]);
        for at in (0..1000).filter(|at| *at != 500) {
            assert_eq!(map.get(&id(&format!("{at:032x}"))), Some(&at));
        }
    }
}
