//! Values with places: what a property says, where, and what is not known about it.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

use crate::span::Span;

/// A range of bytes in one of the application's files ([`Application::files`]).
///
/// [`Application::files`]: super::Application::files
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Index into [`Application::files`](super::Application::files).
    pub file: u32,
    /// The bytes.
    pub span: Span,
}

/// Why a value is not known, as a phrase that completes "not known, because it ...":
/// "depends on the parameter `Stage`, which has no default".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Why(pub Arc<str>);

impl Why {
    /// A reason.
    #[must_use]
    pub fn new(reason: impl AsRef<str>) -> Self {
        Self(Arc::from(reason.as_ref()))
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a template says about one property.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Setting<T> {
    /// The property is absent: the default of the platform or framework applies.
    #[default]
    Unset,
    /// The value that it has in every deployment with default parameters.
    Known {
        /// The value.
        value: T,
        /// Where it is written; the reference, where it comes from elsewhere.
        place: Place,
        /// The value itself stands at `place`, so that an edit there changes it and nothing else.
        /// False for a parameter's default, a global setting, a variable, a calculated value.
        literal: bool,
    },
    /// It is there, and what it will be is not known here.
    Unknown {
        /// Why.
        why: Why,
        /// Where it is written.
        place: Place,
    },
}

impl<T> Setting<T> {
    /// A value as it is written at a place.
    #[must_use]
    pub fn literal(value: T, place: Place) -> Self {
        Self::Known { value, place, literal: true }
    }

    /// A value that follows from something at a place.
    #[must_use]
    pub fn derived(value: T, place: Place) -> Self {
        Self::Known { value, place, literal: false }
    }

    /// A value that is not known.
    #[must_use]
    pub fn unknown(why: impl AsRef<str>, place: Place) -> Self {
        Self::Unknown { why: Why::new(why), place }
    }

    /// The value, where it is known.
    #[must_use]
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Whether the property is absent.
    #[must_use]
    pub fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    /// Whether it is there with a value that is not known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }

    /// Whether it is there, known or not.
    #[must_use]
    pub fn is_set(&self) -> bool {
        !self.is_unset()
    }

    /// The value, `default` where it is absent, `None` where it is not known.
    #[must_use]
    pub fn or_default(&self, default: T) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Self::Unset => Some(default),
            Self::Known { value, .. } => Some(value.clone()),
            Self::Unknown { .. } => None,
        }
    }

    /// Why it is not known.
    #[must_use]
    pub fn why(&self) -> Option<&Why> {
        match self {
            Self::Unknown { why, .. } => Some(why),
            _ => None,
        }
    }

    /// Where it is written; `None` where it is absent.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Unset => None,
            Self::Known { place, .. } | Self::Unknown { place, .. } => Some(*place),
        }
    }

    /// Where it is written, or the resource that lacks it.
    #[must_use]
    pub fn place_or(&self, origin: &Origin) -> Place {
        self.place().unwrap_or(origin.place)
    }

    /// Whether an edit at its place changes it and nothing else.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        matches!(self, Self::Known { literal: true, .. })
    }

    /// The same setting with its value put into another form.
    #[must_use]
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Setting<U> {
        self.try_map(|value| Ok(f(value)))
    }

    /// The same setting with its value put into another form; a failure makes it unknown.
    #[must_use]
    pub fn try_map<U>(self, f: impl FnOnce(T) -> Result<U, Why>) -> Setting<U> {
        match self {
            Self::Unset => Setting::Unset,
            Self::Unknown { why, place } => Setting::Unknown { why, place },
            Self::Known { value, place, literal } => match f(value) {
                Ok(value) => Setting::Known { value, place, literal },
                Err(why) => Setting::Unknown { why, place },
            },
        }
    }

    /// This setting, or the other where this one is absent.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.is_unset() { other } else { self }
    }
}

impl Setting<String> {
    /// The text, where it is known.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

/// A resource's name in its template and where it is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Logical id, key, or Terraform address. Not the name that the resource has on the platform.
    pub id: String,
    /// Where the name stands: the place of a finding about something that is absent.
    pub place: Place,
    /// The first of its properties, for putting another one in front of it with the same
    /// indentation; `None` where it has none.
    pub properties: Option<Place>,
    /// The condition under which it exists; `None`: always.
    pub condition: Option<String>,
}

/// Identifies a `T` in its [`List`].
pub struct Id<T>(u32, PhantomData<fn() -> T>);

impl<T> Id<T> {
    /// The position in the list.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
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
        self.0 == other.0
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
        self.0.cmp(&other.0)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// Resources of one kind in the order of the templates.
#[derive(Clone, Debug, PartialEq)]
pub struct List<T>(Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> List<T> {
    /// Adds one.
    pub fn push(&mut self, item: T) -> Id<T> {
        self.0.push(item);
        Id(self.0.len() as u32 - 1, PhantomData)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// All of them, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.0.iter_mut()
    }

    /// All of them with their ids.
    pub fn ids(&self) -> impl Iterator<Item = (Id<T>, &T)> {
        self.0.iter().enumerate().map(|(at, item)| (Id(at as u32, PhantomData), item))
    }

    /// The first that a test accepts.
    pub fn find(&self, test: impl Fn(&T) -> bool) -> Option<Id<T>> {
        self.ids().find(|(_, item)| test(item)).map(|(id, _)| id)
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T> Index<Id<T>> for List<T> {
    type Output = T;

    fn index(&self, id: Id<T>) -> &T {
        &self.0[id.index()]
    }
}

impl<T> IndexMut<Id<T>> for List<T> {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self.0[id.index()]
    }
}
