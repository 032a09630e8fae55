#!/bin/sh
# What foyerdoc needs of Debian or Ubuntu: Tesseract with the four languages, and certificates. As root.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends ca-certificates \
    tesseract-ocr tesseract-ocr-fra tesseract-ocr-deu tesseract-ocr-eng tesseract-ocr-ltz
rm -rf /var/lib/apt/lists/*
