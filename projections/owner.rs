//! Who owns a row: the object whose state it is derived from. An owner's rows are replaced together.

use daybook_domain::{
    id::{ObjectKind, ObjectRef},
    scope::ScopeId,
};

/// One object in one scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// Whose books.
    pub scope: ScopeId,
    /// Which object.
    pub object: ObjectRef,
}

impl Owner {
    /// The object `id` of this kind in this scope.
    pub fn new(scope: ScopeId, kind: ObjectKind, id: impl Into<Box<str>>) -> Self {
        Self { scope, object: ObjectRef::new(kind, id) }
    }

    /// Its id at Stripe.
    pub fn id(&self) -> &str {
        &self.object.id
    }
}

/// Owners as the columns of an `unnest`.
#[derive(Debug, Default)]
pub struct Owners {
    /// Scope of each.
    pub scopes: Vec<i32>,
    /// Kind of each, by stored number.
    pub kinds: Vec<i16>,
    /// Id of each.
    pub ids: Vec<String>,
}

impl Owners {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Only those of the given kinds.
    #[must_use]
    pub fn of_kinds(&self, kinds: &[ObjectKind]) -> Self {
        let mut some = Self::default();
        for ((scope, kind), id) in self.scopes.iter().zip(&self.kinds).zip(&self.ids) {
            if kinds.iter().any(|wanted| wanted.number() == *kind) {
                some.scopes.push(*scope);
                some.kinds.push(*kind);
                some.ids.push(id.clone());
            }
        }
        some
    }
}

impl<'a> FromIterator<&'a Owner> for Owners {
    fn from_iter<I: IntoIterator<Item = &'a Owner>>(owners: I) -> Self {
        let mut columns = Self::default();
        for owner in owners {
            columns.scopes.push(owner.scope.0);
            columns.kinds.push(owner.object.kind.number());
            columns.ids.push(owner.object.id.to_string());
        }
        columns
    }
}
