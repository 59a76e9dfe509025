//! Typed places in the lists of a fabric.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Index;
use std::sync::Arc;

/// A list whose elements are named by an id of their own type, in the order of the document.
///
/// A copy shares all elements with the original, but for those that are changed in it or added to it.
#[derive(Debug)]
pub(crate) struct Arena<T> {
    shared: Arc<[T]>,
    /// By index; those behind the shared elements are new. Shared as well, until they change again.
    own: Option<Arc<BTreeMap<usize, T>>>,
}

impl<T> From<Vec<T>> for Arena<T> {
    fn from(items: Vec<T>) -> Self {
        Self { shared: items.into(), own: None }
    }
}

impl<T> Clone for Arena<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), own: self.own.clone() }
    }
}

/// The place of a `T` in the arena it was put into; also its index in the document's list.
pub(crate) struct Id<T> {
    index: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The id that the object with this index in the document's list will get.
    pub(crate) fn at(index: usize) -> Self {
        // A list of more would not fit into memory.
        Self { index: u32::try_from(index).unwrap_or(u32::MAX), of: PhantomData }
    }

    pub(crate) fn index(self) -> usize {
        usize::try_from(self.index).unwrap_or(usize::MAX)
    }
}

impl<T> Arena<T> {
    pub(crate) fn len(&self) -> usize {
        let own = self.own.as_ref().and_then(|own| own.last_key_value());
        self.shared.len().max(own.map_or(0, |(last, _)| last + 1))
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = Id<T>> + use<T> {
        (0..self.len()).map(Id::at)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Id<T>, &T)> + Clone {
        let own = self.own.as_deref();
        let changed = move |index: usize| own.and_then(|own| own.get(&index));
        let shared = self.shared.iter().enumerate();
        let shared = shared.map(move |(index, item)| (index, changed(index).unwrap_or(item)));
        let new = own.into_iter().flat_map(|own| own.range(self.shared.len()..));
        shared.chain(new.map(|(index, item)| (*index, item))).map(|(index, item)| (Id::at(index), item))
    }
}

impl<T: Clone> Arena<T> {
    /// Adds an element to this copy.
    pub(crate) fn push(&mut self, item: T) -> Id<T> {
        let id = Id::at(self.len());
        Arc::make_mut(self.own.get_or_insert_default()).insert(id.index(), item);
        id
    }

    pub(crate) fn get_mut(&mut self, id: Id<T>) -> Option<&mut T> {
        let own = Arc::make_mut(self.own.get_or_insert_default());
        if let Entry::Vacant(place) = own.entry(id.index()) {
            place.insert(self.shared.get(id.index())?.clone());
        }
        own.get_mut(&id.index())
    }
}

impl<T> Index<Id<T>> for Arena<T> {
    type Output = T;

    #[expect(clippy::indexing_slicing, reason = "an id is made by the arena that it is used with")]
    fn index(&self, id: Id<T>) -> &T {
        let changed = self.own.as_ref().and_then(|own| own.get(&id.index()));
        changed.unwrap_or_else(|| &self.shared[id.index()])
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.index.cmp(&other.index)
    }
}

impl<T> std::hash::Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.index)
    }
}
