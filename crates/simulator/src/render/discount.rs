//! Discounts and their coupons.

use super::View;
use super::node::{Node, json};
use crate::model::{Coupon, Discount};

fn coupon(view: View, coupon: &Coupon) -> Node {
    json!({
        "id": &coupon.id, "object": "coupon", "amount_off": null, "created": coupon.created, "currency": null,
        "duration": if coupon.months.is_some() { "repeating" } else { "forever" }, "duration_in_months": coupon.months,
        "livemode": view.livemode, "max_redemptions": null, "metadata": {}, "name": &coupon.name,
        "percent_off": Node::decimal(&format!("{}.0", coupon.percent)), "redeem_by": null, "times_redeemed": 1, "valid": true,
    })
}

pub(super) fn discount(view: View, discount: &Discount) -> Node {
    let mut body = json!({
        "id": &discount.id, "object": "discount", "checkout_session": null, "customer": &discount.customer,
        "end": discount.end, "invoice": null, "invoice_item": null, "promotion_code": null, "start": discount.start,
        "subscription": &discount.subscription, "subscription_item": null,
    });
    if view.shape.coupon_is_under_source() {
        body.merge(json!({"source": {"coupon": &discount.coupon.id, "type": "coupon"}}));
    } else {
        body.merge(json!({"coupon": coupon(view, &discount.coupon)}));
    }
    body
}
