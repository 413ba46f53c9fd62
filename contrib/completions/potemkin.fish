# SPDX-License-Identifier: MIT
potemkin completion fish | source
