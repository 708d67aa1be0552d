//! A list of objects, plain or as one page of a longer one.

use super::{Fault, Found, Object, Value, kind_of};

/// The objects of a list that are shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct List<'t> {
    /// The objects.
    pub(crate) data: Vec<Object<'t>>,
    /// Whether there are more than those shown.
    pub(crate) has_more: bool,
}

impl<'t> List<'t> {
    /// The list that a value is; `name` is the field that holds it.
    pub(super) fn of(name: &str, value: Value<'t, 't>) -> Found<Self> {
        match value.fields() {
            Some(page) => Self::page(page).map_err(|fault| fault.under(name)),
            None => Ok(Self { data: objects(name, value)?, has_more: false }),
        }
    }

    fn page(page: Object<'t>) -> Found<Self> {
        let data = page.find("data").filter(|value| !value.is_null());
        let data = data.map_or_else(|| Ok(Vec::new()), |value| objects("data", value))?;
        Ok(Self { data, has_more: page.is("has_more")? })
    }
}

fn objects<'t>(name: &str, value: Value<'t, 't>) -> Found<Vec<Object<'t>>> {
    let Some(elements) = value.elements() else {
        return Err(Fault::new(name, format!("expected a list, found {}", kind_of(value.raw()))));
    };
    let object = |(index, element): (usize, Value<'t, 't>)| {
        element.fields().ok_or_else(|| {
            let what = format!("expected an object, found {}", kind_of(element.raw()));
            Fault::new(format!("{name}[{index}]"), what)
        })
    };
    elements.enumerate().map(object).collect()
}
