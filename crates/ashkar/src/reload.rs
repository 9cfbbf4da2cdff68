//! What a running centre picks up when it changes: the certificate by itself, and on SIGHUP also the log's filter.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ashkar_site::http::tls::{Certificate, Reread};
use clap::{CommandFactory, FromArgMatches};

use crate::cli::{Cli, Command, Serve};
use crate::{layers, logging};

/// How often the certificate's files are checked. A change is picked up when it is seen twice.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(3);

/// The certificate, and the settings from which it and everything else came.
pub(crate) struct Reloader {
    settings: Serve,
    certificate: Option<Arc<Certificate>>,
}

impl Reloader {
    pub(crate) fn new(settings: Serve, certificate: Option<Arc<Certificate>>) -> Self {
        Self { settings, certificate }
    }

    /// Checks whether the certificate was renewed.
    pub(crate) async fn look(&self) {
        if let Some(certificate) = self.certificate.clone() {
            let looked = tokio::task::spawn_blocking(move || certificate.watch()).await;
            if let Ok(looked) = looked {
                tell(looked, false);
            }
        }
    }

    /// Handles `signal`, by which somebody asks for a reload.
    pub(crate) async fn reload(&mut self, signal: &str) {
        tracing::info!(signal, "asked to reload");
        match layers::parse(Cli::command(), std::env::args_os().collect())
            .and_then(|matches| Ok(Cli::from_arg_matches(&matches)?))
        {
            Ok(cli) => self.take_over(cli).await,
            Err(error) => {
                tracing::error!(
                    cause = %format_args!("{error:#}"), blame = "operator",
                    "the settings cannot be read again; those that were stay valid"
                );
                self.reread(None).await;
            }
        }
    }

    async fn take_over(&mut self, cli: Cli) {
        if let Err(error) = logging::change(cli.log.as_deref().unwrap_or("info")) {
            tracing::error!(cause = %error, blame = "operator", "the log's filter stays as it is");
        }
        let Command::Serve(new) = cli.command else { return };
        let pair = new.tls_certificate.clone().zip(new.tls_key.clone());
        let moved = self.certificate.is_some() && pair.is_some() && {
            let old = (self.settings.tls_certificate.as_ref(), self.settings.tls_key.as_ref());
            old != (new.tls_certificate.as_ref(), new.tls_key.as_ref())
        };
        let taken = self.reread(pair.filter(|_| moved)).await;
        if moved && taken {
            (self.settings.tls_certificate, self.settings.tls_key) =
                (new.tls_certificate.clone(), new.tls_key.clone());
        }
        let rest = Serve {
            tls_certificate: self.settings.tls_certificate.clone(),
            tls_key: self.settings.tls_key.clone(),
            ..new.clone()
        };
        if rest != self.settings || (new.tls_certificate.is_some() != self.certificate.is_some()) {
            tracing::warn!(
                cause = "they are read only at the start",
                blame = "operator",
                "settings were changed that are taken over only by a restart; the log's filter and the certificate are taken over at once"
            );
        }
    }

    /// Reads the pair again, perhaps from other files; returns whether that succeeded.
    async fn reread(&self, from: Option<(PathBuf, PathBuf)>) -> bool {
        let Some(certificate) = self.certificate.clone() else { return false };
        let read = tokio::task::spawn_blocking(move || match from {
            Some((chain, key)) => certificate.read_from(&chain, &key),
            None => certificate.reread(),
        });
        read.await.is_ok_and(|read| tell(read, true))
    }
}

fn tell(read: std::io::Result<Reread>, asked: bool) -> bool {
    match read {
        Ok(Reread::Renewed) => tracing::info!("the certificate was renewed; new connections get it"),
        Ok(Reread::Same) if asked => tracing::info!("the certificate is the same"),
        Ok(Reread::Same) => {}
        Err(error) => {
            tracing::error!(cause = %error, blame = "operator", "the new certificate is refused; the old one is shown on");
            return false;
        }
    }
    true
}
