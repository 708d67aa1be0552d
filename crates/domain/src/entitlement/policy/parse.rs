//! Reading `policy.toml`, section by section. Every problem is noted, so that one look at the answer mends the file.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::{
    AccountField, Accounts, Combine, Duration, Error, Feature, FullRefund, LostDispute, OpenDispute, PausedCollection,
    Plan, Policy, Rules, Summaries, Trial, Unlisted, attention,
    grants::{self, Quantity},
    is_feature_name, purchases,
    reader::{Node, Reader, Section},
};

const SECTIONS: [&str; 7] = ["accounts", "rules", "features", "plans", "purchases", "defaults", "attention"];
pub(super) const RULES: [&str; 9] = [
    "grace",
    "overrun",
    "dispute_open",
    "dispute_lost",
    "paused_collection",
    "full_refund",
    "trial",
    "summaries",
    "unlisted",
];
const PLAN: [&str; 6] = ["prices", "products", "lookup_keys", "grace", "trial", "grants"];

impl Policy {
    /// Reads the text of a `policy.toml`. An empty text is the policy that holds while none was applied.
    ///
    /// # Errors
    /// Everything that is wrong with it, with line and column.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::read(Reader::new(text), text)
    }

    /// Reads the text of a policy that the log holds. What a later version would refuse to apply was applied: features that nobody could
    /// ask for are left out, and grant nothing.
    ///
    /// # Errors
    /// Everything else that is wrong with it.
    pub fn recorded(text: &str) -> Result<Self, Error> {
        let mut policy = Self::read(Reader::of_record(text), text)?;
        policy.features.retain(|name, _| is_feature_name(name));
        let plans = policy.plans.values_mut().map(|plan| &mut plan.grants);
        let purchases = policy.purchases.values_mut().map(|rule| &mut rule.grants);
        for grants in plans.chain(purchases).chain([&mut policy.defaults]) {
            grants.retain(|name, _| is_feature_name(name));
        }
        Ok(policy)
    }

    fn read(mut reader: Reader<'_>, text: &str) -> Result<Self, Error> {
        let (document, broken) = DeTable::parse_recoverable(text);
        for error in &broken {
            reader.no_toml(error);
        }
        let policy = if broken.is_empty() { document_of(&mut reader, document.get_ref()) } else { Self::default() };
        let problems = reader.into_problems();
        if problems.is_empty() { Ok(policy) } else { Err(Error { problems }) }
    }
}

fn document_of(reader: &mut Reader<'_>, table: &DeTable<'_>) -> Policy {
    let root = Section::root(table);
    reader.only_keys(&root, &SECTIONS);
    let mut section = |name: &str| {
        let node = root.get(name)?;
        reader.section(&node, &format!("a section `[{name}]`"))
    };
    let [accounts, rules, features, plans, purchases, defaults, attention] = SECTIONS.map(&mut section);
    let features = features.map(|section| features_of(reader, &section)).unwrap_or_default();
    Policy {
        accounts: accounts.map(|section| accounts_of(reader, &section)).unwrap_or_default(),
        rules: rules.map(|section| rules_of(reader, &section)).unwrap_or_default(),
        plans: plans.map(|section| plans_of(reader, &section, &features)).unwrap_or_default(),
        purchases: purchases.map(|section| purchases::read(reader, &section, &features)).unwrap_or_default(),
        attention: attention.map(|section| attention::read(reader, &section)).unwrap_or_default(),
        defaults: defaults.map(|section| grants::read(reader, &section, &features, Quantity::None)).unwrap_or_default(),
        features,
    }
}

fn accounts_of(reader: &mut Reader<'_>, section: &Section<'_>) -> Accounts {
    reader.only_keys(section, &["from"]);
    let expected = "\"client_reference_id\" or \"metadata.KEY\"";
    let from = section.get("from").map(|node| reader.list(&node, expected, AccountField::parse));
    from.map(|from| Accounts { from }).unwrap_or_default()
}

fn rules_of(reader: &mut Reader<'_>, section: &Section<'_>) -> Rules {
    reader.only_keys(section, &RULES);
    let mut rules = Rules::default();
    for node in section.nodes() {
        match node.key {
            "grace" => set(&mut rules.grace, duration(reader, &node, Duration::EXPECTED)),
            "overrun" => rules.overrun = duration(reader, &node, Duration::EXPECTED),
            "dispute_open" => set(&mut rules.dispute_open, reader.choice(&node, OpenDispute::OPTIONS)),
            "dispute_lost" => set(&mut rules.dispute_lost, reader.choice(&node, LostDispute::OPTIONS)),
            "paused_collection" => set(&mut rules.paused_collection, reader.choice(&node, PausedCollection::OPTIONS)),
            "full_refund" => set(&mut rules.full_refund, reader.choice(&node, FullRefund::OPTIONS)),
            "trial" => set(&mut rules.trial, reader.choice(&node, Trial::OPTIONS)),
            "summaries" => set(&mut rules.summaries, reader.choice(&node, Summaries::OPTIONS)),
            "unlisted" => rules.unlisted = reader.choice(&node, Unlisted::OPTIONS),
            // Noted above.
            _ => {}
        }
    }
    rules
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

pub(super) fn duration(reader: &mut Reader<'_>, node: &Node<'_>, expected: &'static str) -> Option<Duration> {
    let text = reader.text(node, expected)?;
    let duration = Duration::parse(text);
    if duration.is_none() {
        reader.unfit(node, expected);
    }
    duration
}

fn features_of(reader: &mut Reader<'_>, section: &Section<'_>) -> BTreeMap<Box<str>, Feature> {
    let mut features = BTreeMap::new();
    for node in section.nodes() {
        reader.feature_name(&node);
        let Some(below) = reader.section(&node, "a feature: `{ kind = \"switch\" }`") else { continue };
        if let Some(feature) = feature_of(reader, &node, &below) {
            features.insert(node.key.into(), feature);
        }
    }
    features
}

/// The kinds of feature, by the name of each.
#[derive(Clone, Copy)]
enum Kind {
    Switch,
    Limit,
    Value,
}

fn feature_of(reader: &mut Reader<'_>, node: &Node<'_>, section: &Section<'_>) -> Option<Feature> {
    let Some(kind) = section.get("kind") else {
        reader.missing(node, "no `kind`", "`kind = \"switch\"`, `\"limit\"` or `\"value\"`");
        return None;
    };
    match reader.choice(&kind, &[("switch", Kind::Switch), ("limit", Kind::Limit), ("value", Kind::Value)])? {
        Kind::Switch => {
            reader.only_keys(section, &["kind"]);
            Some(Feature::Switch)
        }
        Kind::Limit => {
            reader.only_keys(section, &["kind", "combine", "per_quantity"]);
            let ways = [("max", Combine::Max), ("sum", Combine::Sum)];
            let combine = section.get("combine").and_then(|node| reader.choice(&node, &ways)).unwrap_or_default();
            let per_quantity = section.get("per_quantity").and_then(|node| grants::boolean(reader, &node));
            Some(Feature::Limit { combine, per_quantity: per_quantity.unwrap_or(false) })
        }
        Kind::Value => {
            reader.only_keys(section, &["kind", "order"]);
            value_of(reader, node, section)
        }
    }
}

fn value_of(reader: &mut Reader<'_>, node: &Node<'_>, section: &Section<'_>) -> Option<Feature> {
    let expected = "`order = [\"least\", ..., \"greatest\"]`";
    let Some(values) = section.get("order") else {
        reader.missing(node, "no `order`", expected);
        return None;
    };
    let order = reader.list(&values, "the name of a value", |text| Some(Box::from(text)));
    if order.is_empty() {
        reader.missing(&values, "no value", expected);
        return None;
    }
    Some(Feature::Value { order })
}

fn plans_of(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    features: &BTreeMap<Box<str>, Feature>,
) -> BTreeMap<Box<str>, Plan> {
    let mut plans = BTreeMap::new();
    for node in section.nodes() {
        let Some(below) = reader.section(&node, "a plan: `[plans.NAME]`") else { continue };
        let plan = plan_of(reader, &below, features);
        if ["prices", "products", "lookup_keys"].iter().all(|key| below.get(key).is_none_or(|list| list.is_empty())) {
            reader.missing(&node, "nothing that puts a subscription on it", "`prices`, `products` or `lookup_keys`");
        }
        plans.insert(node.key.into(), plan);
    }
    plans
}

fn plan_of(reader: &mut Reader<'_>, section: &Section<'_>, features: &BTreeMap<Box<str>, Feature>) -> Plan {
    reader.only_keys(section, &PLAN);
    let mut plan = Plan::default();
    let id = |text: &str| Some(Box::from(text));
    for node in section.nodes() {
        match node.key {
            "prices" => plan.prices = reader.list(&node, "the id of a price", id),
            "products" => plan.products = reader.list(&node, "the id of a product", id),
            "lookup_keys" => plan.lookup_keys = reader.list(&node, "a price's lookup key", id),
            "grace" => plan.grace = duration(reader, &node, Duration::EXPECTED),
            "trial" => plan.trial = reader.choice(&node, Trial::OPTIONS),
            "grants" => {
                if let Some(below) = reader.section(&node, "what the plan grants, by feature") {
                    plan.grants = grants::read(reader, &below, features, Quantity::Subscribed);
                }
            }
            // Noted above.
            _ => {}
        }
    }
    plan
}
