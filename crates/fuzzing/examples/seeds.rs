//! Writes the seeds that come from the simulator: `cargo run --package daybook-fuzzing --example seeds`. Those made by hand and those
//! found by fuzzing lie beside them and stay as they are; only files whose names begin with `simulated-` are written anew.

use std::{collections::BTreeMap, fs, io, path::Path};

use daybook_simulator::{ApiShape, Plan, ShapeChoice, Story, simulate};

fn main() -> io::Result<()> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    write(&seeds.join("event"), bodies())?;
    write(&seeds.join("fold"), scripts())
}

fn write(folder: &Path, seeds: impl IntoIterator<Item = (String, Vec<u8>)>) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("simulated-")) {
            fs::remove_file(path)?;
        }
    }
    for (name, seed) in seeds {
        fs::write(folder.join(format!("simulated-{name}")), seed)?;
    }
    Ok(())
}

/// The smallest body of every type of event, in the shape in which it is smallest.
fn bodies() -> BTreeMap<String, Vec<u8>> {
    let (start, shape) = (1_700_000_000, ShapeChoice::Mixed);
    let world = simulate(&Plan { seed: 5, customers: 1, start, months: 4, shape, livemode: false, account: None });
    let stories = Story::ALL.iter().enumerate().map(|(number, story)| world.story_of(number, &[*story]));
    let rendered = stories.flat_map(|story| ApiShape::ALL.map(|shape| story.render(shape))).flatten();
    let mut smallest: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for event in rendered.chain(world.events()) {
        let kept = smallest.entry(event.kind.to_owned()).or_insert_with(|| event.body.clone());
        if event.body.len() < kept.len() {
            *kept = event.body;
        }
    }
    smallest
}

/// Every story once, with another one beside it, and steps of every kind in turn.
fn scripts() -> impl Iterator<Item = (String, Vec<u8>)> {
    (0_u8..).zip(Story::ALL).map(|(number, story)| {
        let other = number.wrapping_mul(7).wrapping_add(3);
        let mut script = vec![number, number % 5, other, other % 5, number % 3 * 4, 16];
        for turn in 0..4_u8 {
            let mixed = |factor: u8| number.wrapping_mul(factor).wrapping_add(turn.wrapping_mul(31));
            script.extend([number.wrapping_add(turn.wrapping_mul(5)), mixed(3), mixed(11), mixed(5), mixed(17)]);
        }
        (format!("{story:?}").to_lowercase(), script)
    })
}
