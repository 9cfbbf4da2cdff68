//! `ashkar init`: creates a data directory on request.

use std::path::Path;

use anyhow::ensure;
use ashkar_election::{Making, Store};
use serde_json::json;

use crate::camera::say;
use crate::cli::Init;
use crate::{data, store};

pub(crate) async fn run(options: Init) -> anyhow::Result<()> {
    let Init { output, anew } = options;
    let directory = &output.data.data;
    let shown = directory.display();
    let there = is_there(directory).await?;
    if anew {
        ensure!(
            directory.is_dir(),
            "{shown}: there is no such directory, so nothing of it is missing; without --anew it is made"
        );
        data::remember(directory, None)?;
    }
    let registry = store::open_with(directory, if anew { Making::Anew } else { Making::New }).await?;
    registry.close().await;
    if !there && !anew {
        data::remember(directory, None)?;
    }
    let text = match (there, anew) {
        (true, false) => format!("{shown} is a data directory already; nothing was changed."),
        (false, false) => {
            format!("{shown} is now a data directory. Next: `ashkar stations import` or `ashkar camera add`.")
        }
        (_, true) => format!(
            "{shown}: what was missing begins anew with the next start; what is there was left alone."
        ),
    };
    Ok(say(&output, &json!({ "data": directory, "was_there": there }), &text)?)
}

async fn is_there(directory: &Path) -> anyhow::Result<bool> {
    match store::open_with(directory, Making::Nothing).await {
        Ok(registry) => Ok(registry.change_token().await.is_ok()),
        Err(_) => Ok(false),
    }
}
