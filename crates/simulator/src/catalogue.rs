//! What the simulated shop sells: products with monthly and annual prices and a one-off price in every currency, the tax rates
//! it charges and the coupons it gives. One catalogue per world, made from the world's seed.

use std::sync::Arc;

use crate::currency::Currency;
use crate::history::Event;
use crate::model::{Coupon, Interval, Object, Price, Product, Tax, TaxBehavior};
use crate::seed::Ids;

/// Name, monthly price in US cents; a year costs ten months.
const PRODUCTS: [(&str, i64); 3] = [("Starter", 900), ("Pro", 2_900), ("Team", 1_500)];
const WORKSHOP: (&str, i64) = ("Workshop", 12_900);
const COUPONS: [(u8, Option<i64>); 3] = [(20, None), (50, Some(3)), (15, Some(6))];

/// Steps of the ladder along which plans are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    Starter,
    Pro,
    Team,
    Workshop,
}

impl Tier {
    fn name(self) -> &'static str {
        match self {
            Self::Starter => "Starter",
            Self::Pro => "Pro",
            Self::Team => "Team",
            Self::Workshop => "Workshop",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Catalogue {
    products: Vec<(Product, String)>,
    prices: Vec<Arc<Price>>,
    taxes: Vec<(Currency, Tax)>,
    coupons: Vec<Coupon>,
    nothing: Arc<Price>,
    start: i64,
}

impl Catalogue {
    pub fn new(seed: u64, start: i64) -> Self {
        let mut ids = Ids::new(seed, 0);
        let mut products = Vec::new();
        let mut prices = Vec::new();
        for (name, cents) in PRODUCTS {
            let mut product = product(&mut ids, name, start);
            for currency in Currency::ALL {
                for (interval, factor) in [(Interval::Month, 1), (Interval::Year, 10)] {
                    let amount = currency.price(cents) * factor;
                    prices.push(Arc::new(price(&mut ids, &product, currency, amount, Some(interval), start)));
                }
            }
            product.default_price = first_price(&prices, &product);
            products.push((product, ids.make("feat_1", 23)));
        }
        let mut workshop = product(&mut ids, WORKSHOP.0, start);
        for currency in Currency::ALL {
            prices.push(Arc::new(price(&mut ids, &workshop, currency, currency.price(WORKSHOP.1), None, start)));
        }
        let nothing = Arc::new(price(&mut ids, &workshop, Currency::Usd, 0, None, start));
        workshop.default_price = first_price(&prices, &workshop);
        products.push((workshop, ids.make("feat_1", 23)));
        let taxes = taxes(&mut ids, start);
        let coupons = COUPONS.into_iter().map(|(percent, months)| coupon(&mut ids, percent, months, start)).collect();
        Self { products, prices, taxes, coupons, nothing, start }
    }

    /// The price of a tier; `None` for the one-off price. Every combination the stories ask for exists.
    pub fn price(&self, tier: Tier, currency: Currency, interval: Option<Interval>) -> Arc<Price> {
        self.prices
            .iter()
            .find(|price| price.product_name == tier.name() && price.currency == currency && price.interval == interval)
            .unwrap_or(&self.nothing)
            .clone()
    }

    /// The id of the entitlement feature of a product.
    pub fn feature(&self, product_name: &str) -> String {
        let found = self.products.iter().find(|(product, _)| product.name == product_name);
        found.map(|(_, feature)| feature.clone()).unwrap_or_default()
    }

    pub fn tax(&self, currency: Currency) -> Option<Tax> {
        self.taxes.iter().find(|(of, _)| *of == currency).map(|(_, tax)| tax.clone())
    }

    pub fn coupon(&self, number: usize) -> Option<Coupon> {
        self.coupons.get(number % COUPONS.len()).cloned()
    }

    /// Every product and price is created at the start, and each product then gets its default price.
    pub fn events(&self, seed: u64) -> Vec<Event> {
        let mut ids = Ids::new(seed, u64::from(u32::MAX));
        let mut events = Vec::new();
        let mut write = |kind, object, before| {
            let id = ids.make("evt_1", 23);
            events.push(Event { id, created: self.start, kind, object, before, request: None });
        };
        for (product, _) in &self.products {
            let new = Product { default_price: None, ..product.clone() };
            write("product.created", Object::from(&new), None);
            for price in self.prices.iter().filter(|price| price.product == product.id) {
                let unnamed = Arc::new(Price { nickname: None, ..Price::clone(price) });
                write("price.created", Object::Price(unnamed.clone()), None);
                if price.interval.is_some() {
                    write("plan.created", Object::Plan(unnamed.clone()), None);
                    write("plan.updated", Object::Plan(price.clone()), Some(Object::Plan(unnamed.clone())));
                }
                write("price.updated", Object::Price(price.clone()), Some(Object::Price(unnamed)));
            }
            write("product.updated", Object::from(product), Some(Object::from(&new)));
        }
        events
    }
}

fn first_price(prices: &[Arc<Price>], product: &Product) -> Option<String> {
    prices.iter().find(|price| price.product == product.id).map(|price| price.id.clone())
}

fn product(ids: &mut Ids, name: &'static str, start: i64) -> Product {
    Product {
        id: ids.make("prod_", 14),
        created: start,
        updated: start,
        name,
        description: format!("The {name} edition of an invented product."),
        default_price: None,
    }
}

fn price(
    ids: &mut Ids,
    product: &Product,
    currency: Currency,
    unit_amount: i64,
    interval: Option<Interval>,
    start: i64,
) -> Price {
    let period = interval.map_or("once", Interval::word);
    let lookup_key = format!("{}_{period}_{}", product.name.to_lowercase(), currency.code());
    Price {
        id: ids.make("price_1", 23),
        created: start,
        product: product.id.clone(),
        product_name: product.name,
        currency,
        unit_amount,
        interval,
        nickname: Some(format!("{} per {period}", product.name)),
        lookup_key,
    }
}

fn taxes(ids: &mut Ids, start: i64) -> Vec<(Currency, Tax)> {
    let rates = [
        (Currency::Usd, 8, TaxBehavior::Exclusive, "Sales tax"),
        (Currency::Eur, 19, TaxBehavior::Inclusive, "VAT"),
        (Currency::Gbp, 20, TaxBehavior::Exclusive, "VAT"),
        (Currency::Jpy, 10, TaxBehavior::Inclusive, "JCT"),
        (Currency::Kwd, 5, TaxBehavior::Exclusive, "Levy"),
    ];
    let tax = |(currency, percent, behavior, name): (Currency, u8, TaxBehavior, &'static str)| {
        let rate_id = ids.make("txr_1", 23);
        (currency, Tax { rate_id, created: start, percent, behavior, name, country: currency.country() })
    };
    rates.into_iter().map(tax).collect()
}

fn coupon(ids: &mut Ids, percent: u8, months: Option<i64>, start: i64) -> Coupon {
    Coupon { id: ids.make("", 12), created: start, name: format!("{percent} % off"), percent, months }
}
