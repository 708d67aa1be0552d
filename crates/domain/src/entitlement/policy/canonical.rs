//! Writing a policy in one canonical form: equal policies give equal texts, and reading the text gives the policy.

use std::fmt;

use toml::{Table, Value};

use super::{Amount, Combine, Feature, Grant, Plan, Policy, PurchaseRule, Rules, attention};

impl fmt::Display for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut document = Table::new();
        let from = self.accounts.from.iter().map(|field| Value::from(field.to_string())).collect();
        document.insert("accounts".to_owned(), Table::from_iter([("from".to_owned(), Value::Array(from))]).into());
        document.insert("rules".to_owned(), rules(&self.rules).into());
        for (name, section) in [
            ("features", by_name(&self.features, |feature| self::feature(feature).into())),
            ("plans", by_name(&self.plans, |plan| self::plan(plan).into())),
            ("purchases", by_name(&self.purchases, |rule| purchase(rule).into())),
            ("defaults", by_name(&self.defaults, grant)),
            ("attention", attention::write(self.attention)),
        ] {
            if !section.is_empty() {
                document.insert(name.to_owned(), section.into());
            }
        }
        write!(formatter, "{document}")
    }
}

fn by_name<T>(map: &std::collections::BTreeMap<Box<str>, T>, write: impl Fn(&T) -> Value) -> Table {
    map.iter().map(|(name, one)| (name.to_string(), write(one))).collect()
}

fn rules(rules: &Rules) -> Table {
    let mut table: Table = [
        ("grace", rules.grace.to_string().as_str()),
        ("dispute_open", rules.dispute_open.as_str()),
        ("dispute_lost", rules.dispute_lost.as_str()),
        ("paused_collection", rules.paused_collection.as_str()),
        ("full_refund", rules.full_refund.as_str()),
        ("trial", rules.trial.as_str()),
        ("summaries", rules.summaries.as_str()),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), Value::from(text)))
    .collect();
    if let Some(overrun) = rules.overrun {
        table.insert("overrun".to_owned(), overrun.to_string().into());
    }
    if let Some(unlisted) = rules.unlisted {
        table.insert("unlisted".to_owned(), unlisted.as_str().into());
    }
    table
}

fn feature(feature: &Feature) -> Table {
    let mut table = Table::new();
    let kind = match feature {
        Feature::Switch => "switch",
        Feature::Limit { combine, per_quantity } => {
            let combine = match combine {
                Combine::Max => "max",
                Combine::Sum => "sum",
            };
            table.insert("combine".to_owned(), combine.into());
            table.insert("per_quantity".to_owned(), (*per_quantity).into());
            "limit"
        }
        Feature::Value { order } => {
            table.insert("order".to_owned(), texts(order));
            "value"
        }
    };
    table.insert("kind".to_owned(), kind.into());
    table
}

fn plan(plan: &Plan) -> Table {
    let mut table = Table::new();
    for (name, list) in [("prices", &plan.prices), ("products", &plan.products), ("lookup_keys", &plan.lookup_keys)] {
        if !list.is_empty() {
            table.insert(name.to_owned(), texts(list));
        }
    }
    if let Some(grace) = plan.grace {
        table.insert("grace".to_owned(), grace.to_string().into());
    }
    if let Some(trial) = plan.trial {
        table.insert("trial".to_owned(), trial.as_str().into());
    }
    if !plan.grants.is_empty() {
        table.insert("grants".to_owned(), by_name(&plan.grants, grant).into());
    }
    table
}

fn purchase(rule: &PurchaseRule) -> Table {
    let mut table = Table::new();
    for (name, list) in [("payment_links", &rule.payment_links), ("prices", &rule.prices), ("products", &rule.products)]
    {
        if !list.is_empty() {
            table.insert(name.to_owned(), texts(list));
        }
    }
    if !rule.metadata.is_empty() {
        let pairs = rule.metadata.iter().map(|(key, value)| (key.to_string(), Value::from(&**value)));
        table.insert("metadata".to_owned(), pairs.collect::<Table>().into());
    }
    let lasts = rule.lasts.map_or_else(|| "lifetime".to_owned(), |lasts| lasts.to_string());
    table.insert("lasts".to_owned(), lasts.into());
    if !rule.grants.is_empty() {
        table.insert("grants".to_owned(), by_name(&rule.grants, grant).into());
    }
    table
}

fn grant(grant: &Grant) -> Value {
    match grant {
        Grant::On => true.into(),
        Grant::Text(text) => (**text).into(),
        Grant::Limit { amount, per_quantity: None } => self::amount(*amount),
        Grant::Limit { amount, per_quantity: Some(per_quantity) } => Table::from_iter([
            ("limit".to_owned(), self::amount(*amount)),
            ("per_quantity".to_owned(), (*per_quantity).into()),
        ])
        .into(),
    }
}

fn amount(amount: Amount) -> Value {
    match amount {
        Amount::Exactly(limit) => limit.into(),
        Amount::Unlimited => "unlimited".into(),
    }
}

fn texts(list: &[Box<str>]) -> Value {
    Value::Array(list.iter().map(|text| Value::from(&**text)).collect())
}
