//! What a policy names and nobody has ever seen: a slip, an id of the other mode, or something that is only about to be sold.

use std::collections::BTreeSet;

use super::{Policy, lookalike::nearest};

/// Everything that events of one account in one mode have shown to be sold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Ids of prices and plans.
    pub prices: BTreeSet<String>,
    /// Ids of products.
    pub products: BTreeSet<String>,
    /// Lookup keys of prices.
    pub lookup_keys: BTreeSet<String>,
    /// Ids of payment links.
    pub payment_links: BTreeSet<String>,
}

/// A name in a policy that no event has shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Unseen {
    /// Where it stands: `plans.pro.prices`.
    pub at: String,
    /// The name.
    pub name: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl Catalogue {
    /// Everything that the policy names and that is not here, in the order of the policy.
    pub fn unseen(&self, policy: &Policy) -> Vec<Unseen> {
        let plans = policy.plans.iter().flat_map(|(name, plan)| {
            let at = format!("plans.{name}");
            [
                (format!("{at}.prices"), &plan.prices, &self.prices),
                (format!("{at}.products"), &plan.products, &self.products),
                (format!("{at}.lookup_keys"), &plan.lookup_keys, &self.lookup_keys),
            ]
        });
        let purchases = policy.purchases.iter().flat_map(|(name, rule)| {
            let at = format!("purchases.{name}");
            [
                (format!("{at}.payment_links"), &rule.payment_links, &self.payment_links),
                (format!("{at}.prices"), &rule.prices, &self.prices),
                (format!("{at}.products"), &rule.products, &self.products),
            ]
        });
        let lists = plans.chain(purchases);
        lists.flat_map(|(at, named, seen)| named.iter().filter_map(move |name| unseen(&at, name, seen))).collect()
    }
}

fn unseen(at: &str, name: &str, seen: &BTreeSet<String>) -> Option<Unseen> {
    if seen.contains(name) {
        return None;
    }
    let suggestion = nearest(name, seen.iter().map(String::as_str)).map(str::to_owned);
    Some(Unseen { at: at.to_owned(), name: name.to_owned(), suggestion })
}

impl std::fmt::Display for Unseen {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: no event has shown {}", self.at, self.name)?;
        match &self.suggestion {
            Some(suggestion) => write!(formatter, "; did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_event_has_shown_are_told_with_their_place_and_what_was_probably_meant() {
        let policy = Policy::parse(
            "[features]\nsso = { kind = \"switch\" }\n[plans.pro]\nprices = [\"price_pro_monthly\", \"price_pro_yearly\"]\n\
             lookup_keys = [\"pro\"]\n[purchases.once]\npayment_links = [\"plink_1\"]\nlasts = \"lifetime\"",
        )
        .unwrap();
        let seen = Catalogue {
            prices: ["price_pro_montly".to_owned(), "price_pro_yearly".to_owned()].into(),
            products: ["pro".to_owned()].into(),
            ..Catalogue::default()
        };
        let told: Vec<String> = seen.unseen(&policy).iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        plans.pro.prices: no event has shown price_pro_monthly; did you mean `price_pro_montly`?
        plans.pro.lookup_keys: no event has shown pro
        purchases.once.payment_links: no event has shown plink_1
        ");
    }
}
