//! Discounts and their coupons.

use serde_json::{Value, json};

use super::{View, merge};
use crate::model::{Coupon, Discount};

fn coupon(view: View, coupon: &Coupon) -> Value {
    json!({
        "id": coupon.id, "object": "coupon", "amount_off": null, "created": coupon.created, "currency": null,
        "duration": if coupon.months.is_some() { "repeating" } else { "forever" }, "duration_in_months": coupon.months,
        "livemode": view.livemode, "max_redemptions": null, "metadata": {}, "name": coupon.name,
        "percent_off": super::decimal(&format!("{}.0", coupon.percent)), "redeem_by": null, "times_redeemed": 1, "valid": true,
    })
}

pub(super) fn discount(view: View, discount: &Discount) -> Value {
    let mut body = json!({
        "id": discount.id, "object": "discount", "checkout_session": null, "customer": discount.customer,
        "end": discount.end, "invoice": null, "invoice_item": null, "promotion_code": null, "start": discount.start,
        "subscription": discount.subscription, "subscription_item": null,
    });
    if view.shape.coupon_is_under_source() {
        merge(&mut body, json!({"source": {"coupon": discount.coupon.id, "type": "coupon"}}));
    } else {
        merge(&mut body, json!({"coupon": coupon(view, &discount.coupon)}));
    }
    body
}
