//! Which known name was probably meant by an unknown one.

/// The nearest of some names, if one is near enough to be a slip: at most one change in three characters.
pub fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let allowed = (written.chars().count() / 3).max(1);
    known
        .map(|name| (distance(&written, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// How many single-character insertions, deletions and replacements lie between two words. Absurdly long words are far
/// from everything: the work grows with the product of the lengths.
fn distance(left: &str, right: &str) -> usize {
    const LONGEST: usize = 200;
    if left.len() > LONGEST || right.len() > LONGEST {
        return usize::MAX;
    }
    let mut previous: Vec<usize> = (0..=right.chars().count()).collect();
    for (row, one) in left.chars().enumerate() {
        let mut current = vec![row + 1];
        for ((diagonal, above), other) in previous.iter().zip(previous.iter().skip(1)).zip(right.chars()) {
            let replaced = diagonal + usize::from(one != other);
            let before = current.last().copied().unwrap_or(0);
            current.push(replaced.min(above + 1).min(before + 1));
        }
        previous = current;
    }
    previous.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_name_and_another_word_finds_none() {
        let known = ["grace", "prices", "products", "lookup_keys"];
        let near = |written| nearest(written, known.into_iter());
        assert_eq!(near("grase"), Some("grace"));
        assert_eq!(near("price"), Some("prices"));
        assert_eq!(near("LookupKeys"), Some("lookup_keys"));
        assert_eq!(near("colour"), None);
        assert_eq!(nearest(&"x".repeat(10_000), known.into_iter()), None);
    }
}
