//! A script: what a fuzzer's bytes mean. The layout is written out, so that seeds can be written by hand and a byte changed is a
//! small change of the story: six bytes say which events, then every step is a byte and what it needs.

use arbitrary::{Arbitrary, Result, Unstructured};

/// Steps of one script, at most.
const MOST_STEPS: usize = 24;

/// Which histories, what is bent in them, and how they arrive. Every number is taken modulo what there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Two customers' stories: which of [`daybook_simulator::Story::ALL`], in which API shape.
    pub stories: [(u8, u8); 2],
    /// The first event of each story that comes; the others before it are left out.
    pub from: u8,
    /// How many events of each story come.
    pub events: u8,
    /// What happens to them, one after the other.
    pub steps: Vec<Step>,
}

/// A value inside the object of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which event.
    pub event: u8,
    /// Which value of its `data`, in the order of the body.
    pub value: u16,
}

/// One thing that happens to the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An event comes once more, at the end.
    Repeat(u8),
    /// The event that comes at the first place comes at the second one instead.
    Move(u8, u8),
    /// An event happens in the same second as another one.
    SameSecond(u8, u8),
    /// An event never comes.
    Leave(u8),
    /// An event has another type.
    Retype(u8, u8),
    /// A value is not there.
    Remove(Place),
    /// A value is null.
    Null(Place),
    /// A value is this number.
    Number(Place, i32),
    /// A value is the largest number we read, or the smallest.
    Extreme(Place, bool),
    /// A value is a word of the trade.
    Word(Place, u8),
    /// A value is what stands at another place.
    Copy(Place, Place),
    /// A value stands in `previous_attributes` too, as what it was before.
    Before(Place, Place),
}

impl<'a> Arbitrary<'a> for Place {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { event: input.arbitrary()?, value: input.arbitrary()? })
    }
}

impl<'a> Arbitrary<'a> for Step {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match input.arbitrary::<u8>()? % 12 {
            0 => Self::Repeat(input.arbitrary()?),
            1 => Self::Move(input.arbitrary()?, input.arbitrary()?),
            2 => Self::SameSecond(input.arbitrary()?, input.arbitrary()?),
            3 => Self::Leave(input.arbitrary()?),
            4 => Self::Retype(input.arbitrary()?, input.arbitrary()?),
            5 => Self::Remove(input.arbitrary()?),
            6 => Self::Null(input.arbitrary()?),
            7 => Self::Number(input.arbitrary()?, input.arbitrary()?),
            8 => Self::Extreme(input.arbitrary()?, input.arbitrary()?),
            9 => Self::Word(input.arbitrary()?, input.arbitrary()?),
            10 => Self::Copy(input.arbitrary()?, input.arbitrary()?),
            _ => Self::Before(input.arbitrary()?, input.arbitrary()?),
        })
    }
}

impl<'a> Arbitrary<'a> for Script {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let stories = [input.arbitrary()?, input.arbitrary()?];
        let (from, events) = (input.arbitrary()?, input.arbitrary()?);
        let mut steps = Vec::new();
        while !input.is_empty() && steps.len() < MOST_STEPS {
            steps.push(input.arbitrary()?);
        }
        Ok(Self { stories, from, events, steps })
    }
}
