//! A list of objects, plain or as one page of a longer one.

use super::{Fault, Found, Object, kind_of, scan::Scanner};

/// The objects of a list that are shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct List<'a> {
    /// The objects.
    pub(crate) data: Vec<Object<'a>>,
    /// Whether there are more than those shown.
    pub(crate) has_more: bool,
}

impl<'a> List<'a> {
    /// Takes apart the text of one list; `name` is the field that holds it.
    pub(super) fn parse(name: &str, raw: &'a str) -> Found<Self> {
        let scanner = &mut Scanner::new(raw);
        if raw.starts_with('{') {
            return Self::page(scanner).map_err(|fault| fault.under(name));
        }
        let data = objects(scanner).map_err(|(index, what)| Fault::new(place(name, index), what))?;
        Ok(Self { data, has_more: false })
    }

    fn page(scanner: &mut Scanner<'a>) -> Found<Self> {
        let mut list = Self::default();
        scanner.step();
        while scanner.goes_on() {
            match scanner.name() {
                "\"data\"" if scanner.peek() != Some(b'n') => {
                    list.data = objects(scanner).map_err(|(index, what)| Fault::new(place("data", index), what))?;
                }
                "\"has_more\"" => list.has_more = has_more(scanner.value())?,
                _ => {
                    scanner.value();
                }
            }
        }
        Ok(list)
    }
}

fn has_more(raw: &str) -> Found<bool> {
    match raw {
        "true" => Ok(true),
        "false" | "null" => Ok(false),
        other => Err(Fault::new("has_more", format!("expected true or false, found {}", kind_of(other)))),
    }
}

/// The objects of the list the scanner stands before, or what stands there instead, and at which index.
fn objects<'a>(scanner: &mut Scanner<'a>) -> Result<Vec<Object<'a>>, (Option<usize>, String)> {
    if scanner.peek() != Some(b'[') {
        return Err((None, format!("expected a list, found {}", kind_of(scanner.value()))));
    }
    scanner.step();
    let mut objects = Vec::new();
    while scanner.goes_on() {
        if scanner.peek() == Some(b'{') {
            objects.push(Object::scan(scanner));
        } else {
            let what = format!("expected an object, found {}", kind_of(scanner.value()));
            return Err((Some(objects.len()), what));
        }
    }
    Ok(objects)
}

fn place(name: &str, index: Option<usize>) -> String {
    index.map_or_else(|| name.to_owned(), |index| format!("{name}[{index}]"))
}
