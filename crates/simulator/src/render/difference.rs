//! Computes `previous_attributes` from two renderings of one object, in Stripe's form: only what differs, with its value before;
//! nested hashes give only their changed keys; an array that changed anywhere is given whole. Since it works on the rendered JSON
//! it is right in every API shape.

use super::node::Node;

type Fields = [(&'static str, Node)];

/// The attributes of `after` that were different in `before`, with their values in `before`. `None` when nothing differs.
pub(crate) fn previous_attributes(before: &Node, after: &Node) -> Option<Node> {
    let (Node::Hash(before), Node::Hash(after)) = (before, after) else {
        return None;
    };
    let previous = changed(before, after);
    (!previous.is_empty()).then_some(Node::Hash(previous))
}

/// The field of this name; two renderings mostly have it at the same place.
fn field<'a>(fields: &'a Fields, place: usize, name: &str) -> Option<&'a Node> {
    let same_place = fields.get(place).filter(|(known, _)| *known == name);
    same_place.or_else(|| fields.iter().find(|(known, _)| *known == name)).map(|(_, value)| value)
}

fn changed(before: &Fields, after: &Fields) -> Vec<(&'static str, Node)> {
    let mut previous = Vec::new();
    for (place, (name, new)) in after.iter().enumerate() {
        match (field(before, place, name), new) {
            (Some(old), new) if old == new => {}
            (Some(Node::Hash(old)), Node::Hash(new)) if !old.is_empty() => {
                previous.push((*name, Node::Hash(changed(old, new))));
            }
            (Some(old), _) => previous.push((*name, old.clone())),
            (None, _) => previous.push((*name, Node::Null)),
        }
    }
    for (place, (name, old)) in before.iter().enumerate() {
        if field(after, place, name).is_none() {
            previous.push((*name, old.clone()));
        }
    }
    previous
}

#[cfg(test)]
mod tests {
    use super::super::node::json;
    use super::*;

    #[test]
    fn nested_hashes_give_only_their_changed_keys_and_arrays_come_whole() {
        let before = json!({"a": 1, "hash": {"x": 1, "y": 2}, "list": [json!({"n": 1}), json!({"n": 2})], "same": []});
        let after = json!({"a": 2, "hash": {"x": 1, "y": 3}, "list": [json!({"n": 1}), json!({"n": 3})], "same": []});
        let previous = json!({"a": 1, "hash": {"y": 2}, "list": [json!({"n": 1}), json!({"n": 2})]});
        assert_eq!(previous_attributes(&before, &after), Some(previous));
        assert_eq!(previous_attributes(&before, &before), None);
    }

    #[test]
    fn an_attribute_that_was_not_there_was_null() {
        assert_eq!(previous_attributes(&json!({}), &json!({"a": 1})), Some(json!({"a": null})));
        let (none, some) = (json!({"a": null}), json!({"a": {"b": 1}}));
        assert_eq!(previous_attributes(&none, &some), Some(none.clone()));
        assert_eq!(previous_attributes(&some, &none), Some(some.clone()));
    }
}
