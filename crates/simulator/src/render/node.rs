//! The JSON tree renderers build. Not `serde_json::Value`: its maps sort or keep their keys as a feature of some other crate in the
//! build decides, and the same seed must give the same bytes in every build; and a hash of some sixty known names should not
//! allocate each of them. Names stand in the order they are written in, `id` and `object` first, as Stripe has them.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A JSON value whose hashes have names known at compile time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number with a fraction.
    Decimal(serde_json::Number),
    Text(Cow<'static, str>),
    List(Vec<Node>),
    Hash(Vec<(&'static str, Node)>),
}

impl Node {
    /// Puts every field of `more` into this hash; fields of the same name are replaced.
    pub fn merge(&mut self, more: Self) {
        if let (Self::Hash(fields), Self::Hash(more)) = (self, more) {
            for (name, value) in more {
                match fields.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, slot)) => *slot = value,
                    None => fields.push((name, value)),
                }
            }
        }
    }

    pub fn remove(&mut self, names: &[&str]) {
        if let Self::Hash(fields) = self {
            fields.retain(|(name, _)| !names.contains(name));
        }
    }

    /// A number with a fraction, as Stripe writes percentages and exchange rates; the text is one of the simulator's constants.
    pub fn decimal(text: &str) -> Self {
        text.parse().map_or(Self::Null, Self::Decimal)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Decimal(value) => value.serialize(serializer),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(values) => serializer.collect_seq(values),
            Self::Hash(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Node {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<&'static str> for Node {
    fn from(value: &'static str) -> Self {
        Self::Text(Cow::Borrowed(value))
    }
}

impl From<String> for Node {
    fn from(value: String) -> Self {
        Self::Text(Cow::Owned(value))
    }
}

impl From<&String> for Node {
    fn from(value: &String) -> Self {
        Self::Text(Cow::Owned(value.clone()))
    }
}

impl<T: Into<Node>> From<Option<T>> for Node {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<&Option<String>> for Node {
    fn from(value: &Option<String>) -> Self {
        value.as_ref().into()
    }
}

impl<T: Into<Node>> From<Vec<T>> for Node {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

/// Room for the fields of a hash of usual size.
pub(super) fn room() -> Vec<(&'static str, Node)> {
    Vec::with_capacity(16)
}

/// Builds a [`Node`] from JSON with expressions in it.
macro_rules! json {
    (@fields $out:ident) => {};
    (@fields $out:ident $name:tt : null $(, $($rest:tt)*)?) => {
        $out.push(($name, $crate::render::node::Node::Null));
        $crate::render::node::json!(@fields $out $($($rest)*)?);
    };
    (@fields $out:ident $name:tt : { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $out.push(($name, $crate::render::node::json!({ $($inner)* })));
        $crate::render::node::json!(@fields $out $($($rest)*)?);
    };
    (@fields $out:ident $name:tt : [ $($item:expr),* ] $(, $($rest:tt)*)?) => {
        $out.push(($name, $crate::render::node::Node::List(vec![$($crate::render::node::Node::from($item)),*])));
        $crate::render::node::json!(@fields $out $($($rest)*)?);
    };
    (@fields $out:ident $name:tt : $value:expr $(, $($rest:tt)*)?) => {
        $out.push(($name, $crate::render::node::Node::from($value)));
        $crate::render::node::json!(@fields $out $($($rest)*)?);
    };
    ({}) => {
        $crate::render::node::Node::Hash(Vec::new())
    };
    ({ $($fields:tt)+ }) => {{
        let mut fields = $crate::render::node::room();
        $crate::render::node::json!(@fields fields $($fields)+);
        $crate::render::node::Node::Hash(fields)
    }};
}
pub(crate) use json;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_written_in_the_order_it_was_built() {
        let mut node = json!({"id": "x", "list": [1, 2], "none": null, "inner": {"b": true, "a": Some(3)}, "rate": Node::decimal("19.0")});
        node.merge(json!({"list": "replaced", "more": Option::<i64>::None}));
        node.remove(&["none"]);
        let written = serde_json::to_string(&node).unwrap();
        assert_eq!(written, r#"{"id":"x","list":"replaced","inner":{"b":true,"a":3},"rate":19.0,"more":null}"#);
    }
}
