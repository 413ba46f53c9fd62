/* SPDX-License-Identifier: MIT */
/* Whether this is built with a sanitizer, whose own part needs more memory and system calls. */
#ifndef PMK_BASE_GUARD_SANITIZED_H
#define PMK_BASE_GUARD_SANITIZED_H

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define PMK_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PMK_SANITIZED 1
#endif
#ifndef PMK_SANITIZED
#define PMK_SANITIZED 0
#endif

#endif
