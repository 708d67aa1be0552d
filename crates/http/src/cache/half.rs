//! Answers by customer, with about how much memory they take.

use std::collections::HashMap;

use daybook_domain::scope::ScopeId;

use super::kept::Kept;

/// What keeping an answer takes besides its text, about.
const OVERHEAD: usize = 128;

/// An answer, and the size it was read at.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) feature: Box<str>,
    pub(super) kept: Kept,
    pub(super) size: i64,
}

pub(super) type Answers = Vec<Answer>;

/// Something about each of some customers.
#[derive(Debug)]
pub(super) struct ByCustomer<T> {
    scopes: HashMap<ScopeId, HashMap<Box<str>, T>>,
    pub(super) count: usize,
}

impl<T> Default for ByCustomer<T> {
    fn default() -> Self {
        Self { scopes: HashMap::new(), count: 0 }
    }
}

impl<T> ByCustomer<T> {
    pub(super) fn get(&self, scope: ScopeId, customer: &str) -> Option<&T> {
        self.scopes.get(&scope)?.get(customer)
    }

    pub(super) fn get_mut(&mut self, scope: ScopeId, customer: &str) -> Option<&mut T> {
        self.scopes.get_mut(&scope)?.get_mut(customer)
    }

    pub(super) fn remove(&mut self, scope: ScopeId, customer: &str) -> Option<(Box<str>, T)> {
        let removed = self.scopes.get_mut(&scope)?.remove_entry(customer)?;
        self.count -= 1;
        Some(removed)
    }

    pub(super) fn insert(&mut self, scope: ScopeId, customer: Box<str>, value: T) {
        if self.scopes.entry(scope).or_default().insert(customer, value).is_none() {
            self.count += 1;
        }
    }

    pub(super) fn retain_in(&mut self, scope: ScopeId, keep: impl FnMut(&Box<str>, &mut T) -> bool) {
        if let Some(customers) = self.scopes.get_mut(&scope) {
            let before = customers.len();
            customers.retain(keep);
            self.count -= before - customers.len();
        }
    }
}

/// Answers by customer, and about how much memory they take.
#[derive(Debug, Default)]
pub(super) struct Half {
    pub(super) answers: ByCustomer<Answers>,
    pub(super) bytes: usize,
}

impl Half {
    pub(super) fn get(&self, scope: ScopeId, customer: &str) -> Option<&Answers> {
        self.answers.get(scope, customer)
    }

    pub(super) fn insert(&mut self, scope: ScopeId, customer: Box<str>, answers: Answers) {
        self.bytes += bytes(&answers);
        self.answers.insert(scope, customer, answers);
    }

    pub(super) fn remove(&mut self, scope: ScopeId, customer: &str) -> Option<(Box<str>, Answers)> {
        let (customer, answers) = self.answers.remove(scope, customer)?;
        self.bytes -= bytes(&answers);
        Some((customer, answers))
    }

    /// Changes what is kept of a customer, if anything is.
    pub(super) fn change<T>(
        &mut self,
        scope: ScopeId,
        customer: &str,
        change: impl FnOnce(&mut Answers) -> T,
    ) -> Option<T> {
        let answers = self.answers.get_mut(scope, customer)?;
        let before = bytes(answers);
        let changed = change(answers);
        self.bytes = self.bytes - before + bytes(answers);
        Some(changed)
    }

    /// Forgets what was read of this scope before a change of all of it.
    pub(super) fn forget_scope(&mut self, scope: ScopeId, size: i64) {
        let mut freed = 0;
        self.answers.retain_in(scope, |_, answers| {
            let before = bytes(answers);
            let keeps = retain_seen(answers, size);
            freed += before - if keeps { bytes(answers) } else { 0 };
            keeps
        });
        self.bytes -= freed;
    }

    pub(super) fn forget(&mut self, scope: ScopeId, customer: &str, size: i64) {
        if self.change(scope, customer, |answers| retain_seen(answers, size)) == Some(false) {
            self.remove(scope, customer);
        }
    }
}

/// About how much memory they take.
fn bytes(answers: &Answers) -> usize {
    answers.iter().map(|answer| answer.feature.len() + answer.kept.bytes() + OVERHEAD).sum()
}

/// Keeps the answers that were read when the change had happened; whether any are left.
fn retain_seen(answers: &mut Answers, changed: i64) -> bool {
    answers.retain(|answer| answer.size >= changed);
    !answers.is_empty()
}
