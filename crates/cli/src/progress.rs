//! Progress bars on standard error, for people only: nothing is drawn when nobody looks.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over a known number of things.
pub fn bar(total: u64, what: &'static str) -> ProgressBar {
    let template = format!("{{msg:<22}} {{wide_bar:.cyan/dim}} {{human_pos}} of {{human_len}} {what}  {{per_sec:>12}}");
    of(ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr()), &template)
}

/// A bar over the bytes of a file.
pub fn bytes(total: u64) -> ProgressBar {
    let template = "{msg:<22} {wide_bar:.cyan/dim} {bytes} of {total_bytes}  {bytes_per_sec:>14}";
    of(ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr()), template)
}

/// Something that goes on for a while of unknown length.
pub fn spinner(message: &'static str) -> ProgressBar {
    let spinner = of(ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()), "{spinner:.cyan} {msg}");
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner.with_message(message)
}

fn of(bar: ProgressBar, template: &str) -> ProgressBar {
    // A template that cannot be read falls back to the usual look.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style)
}
