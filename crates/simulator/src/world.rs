//! A world: a shop with its catalogue and any number of customers, each history a function of the seed and the customer's number.
//! Nothing is kept: histories are made when they are asked for, so a world of a million events costs no more memory than one
//! batch of customers.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::calendar::months_later;
use crate::catalogue::Catalogue;
use crate::history::{History, RenderedEvent, Seller, Versions};
use crate::scenario::{Story, tell};
use crate::seed::Random;
use crate::shape::{ApiShape, ShapeChoice};

/// Customers whose histories are in memory at one time while streaming.
const BATCH: usize = 32;

/// What to simulate. The same plan gives the same bytes, always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The seed of everything.
    pub seed: u64,
    /// How many customers there are.
    pub customers: usize,
    /// When the catalogue is made and the first customers come, unix seconds.
    pub start: i64,
    /// How many months are simulated; what would come later is left out, so some stories stay unfinished.
    pub months: u32,
    /// The API shapes of the events.
    pub shape: ShapeChoice,
    /// The mode of every object and event.
    pub livemode: bool,
    /// The connected account the events name, if any.
    pub account: Option<String>,
}

/// A simulated shop.
#[derive(Debug, Clone)]
pub struct World {
    plan: Plan,
    catalogue: Arc<Catalogue>,
}

/// Prepares the world that a plan describes. Histories are made on demand.
pub fn simulate(plan: &Plan) -> World {
    World { plan: plan.clone(), catalogue: Arc::new(Catalogue::new(plan.seed, plan.start)) }
}

impl World {
    /// When the simulation ends, unix seconds; no event is later than a few minutes after it.
    pub fn end(&self) -> i64 {
        months_later(self.plan.start, i64::from(self.plan.months))
    }

    /// Products, prices and plans: created at the start.
    pub fn catalogue(&self) -> History {
        let events = self.catalogue.events(self.plan.seed);
        History { customer: None, events, seller: self.seller(), versions: self.versions(0) }
    }

    /// The history of customer `number`, any number, with stories chosen by the seed.
    pub fn customer(&self, number: usize) -> History {
        let mut random = Random::new(self.plan.seed, lane(number).wrapping_mul(2));
        let stories = Story::choose(&mut random);
        self.story_of(number, &stories)
    }

    /// The history of customer `number`, living through exactly these stories.
    pub fn story_of(&self, number: usize, stories: &[Story]) -> History {
        let lane = lane(number);
        let (customer, events) = tell(&self.catalogue, self.plan.seed, lane, (self.plan.start, self.end()), stories);
        History { customer: Some(customer), events, seller: self.seller(), versions: self.versions(lane) }
    }

    /// The histories of all customers, without the catalogue.
    pub fn histories(&self) -> impl Iterator<Item = History> + '_ {
        (0..self.plan.customers).map(|number| self.customer(number))
    }

    /// Every event of the world in the order of its time; events of one second keep the order of their causes within a customer.
    /// All of it is in memory: for large worlds use [`World::stream`].
    pub fn events(&self) -> Vec<RenderedEvent> {
        let mut events = self.catalogue().render_as_planned();
        events.extend(self.histories().flat_map(|history| history.render_as_planned()));
        events.sort_by_key(|event| event.created);
        events
    }

    /// Every event of the world, the catalogue first, then batch after batch of customers; within a batch in the order of time.
    /// Memory is bounded by one batch.
    pub fn stream(&self) -> Stream {
        let ready = self.catalogue().render_as_planned().into();
        Stream { world: self.clone(), next: 0, ready }
    }

    fn seller(&self) -> Seller {
        Seller { livemode: self.plan.livemode, account: self.plan.account.clone() }
    }

    fn versions(&self, lane: u64) -> Versions {
        match self.plan.shape {
            ShapeChoice::One(shape) => Versions { first: shape, upgrades: Vec::new() },
            ShapeChoice::Mixed => mixed(&mut Random::new(self.plan.seed ^ 0x5eed, lane), self.plan.start, self.end()),
        }
    }
}

fn lane(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX).wrapping_add(1)
}

/// A first version and up to two upgrades at random times.
fn mixed(random: &mut Random, start: i64, end: i64) -> Versions {
    let first = random.pick(ApiShape::V2020, &ApiShape::ALL);
    let later: Vec<ApiShape> = ApiShape::ALL.into_iter().filter(|shape| *shape > first && random.chance(50)).collect();
    let mut times: Vec<i64> = later.iter().map(|_| random.between(start, end)).collect();
    times.sort_unstable();
    Versions { first, upgrades: times.into_iter().zip(later).take(2).collect() }
}

/// The events of a world, one after the other; see [`World::stream`].
#[derive(Debug, Clone)]
pub struct Stream {
    world: World,
    next: usize,
    ready: VecDeque<RenderedEvent>,
}

impl Iterator for Stream {
    type Item = RenderedEvent;

    fn next(&mut self) -> Option<RenderedEvent> {
        while self.ready.is_empty() && self.next < self.world.plan.customers {
            let end = self.next.saturating_add(BATCH).min(self.world.plan.customers);
            let batch = self.next..end;
            self.next = end;
            let mut events: Vec<RenderedEvent> =
                batch.flat_map(|number| self.world.customer(number).render_as_planned()).collect();
            events.sort_by_key(|event| event.created);
            self.ready = events.into();
        }
        self.ready.pop_front()
    }
}
