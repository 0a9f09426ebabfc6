/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file secmail/errors.h
 * All error codes of libsecmail. Included by <secmail/core.h>.
 *
 * Made by tools/gen_errors.py from libsecmail/core/errors.toml; edit that file.
 */
#ifndef SECMAIL_ERRORS_H
#define SECMAIL_ERRORS_H

/** Success. */
#define SECMAIL_OK 0

/** Memory could not be allocated. Free memory or raise the budget, then repeat the call; nothing was changed by it. */
#define SECMAIL_E_NOMEM (-1)

/** An argument is not allowed here. Correct the call; the detail names the argument. */
#define SECMAIL_E_ARGUMENT (-2)

/** The object is not in a state in which this call is allowed. Make a new operation; the header says in which order the calls come. */
#define SECMAIL_E_STATE (-3)

/** The random generator failed. Repair the generator; there is no fallback to weaker randomness. */
#define SECMAIL_E_RANDOM (-4)

/** A cryptographic library could not be initialised. Install the versions that the README names. */
#define SECMAIL_E_CRYPTO_INIT (-5)

/** The clock gives a time that can't be written in the format at hand. Set the clock of the context or of the machine. */
#define SECMAIL_E_CLOCK (-6)

/** A cryptographic library reported a failure that can't happen with valid arguments. Report it with the detail line; the operation was stopped and nothing was released. */
#define SECMAIL_E_INTERNAL (-7)

/** This build of the library has no such part. Build it with the option that the detail names; secmail_feature_supported() tells in advance. */
#define SECMAIL_E_NOT_BUILT (-8)

/** Text is not valid in its encoding. Check that the data arrived complete and unchanged. */
#define SECMAIL_E_ENCODING (-100)

/** The ASCII armor is malformed. Ask for the file again, as an attachment rather than pasted text. */
#define SECMAIL_E_ARMOR (-101)

/** The ASCII armor holds another kind of data than is wanted here. Pass the right file. */
#define SECMAIL_E_ARMOR_KIND (-102)

/** The data uses an algorithm that this build does not have. Ask the sender for another algorithm, or use a build that has it; secmail_feature_supported() tells. */
#define SECMAIL_E_UNSUPPORTED_ALGORITHM (-200)

/** A public value lies in a small subgroup, so that the shared secret would be predictable. Treat the message or key as forged. */
#define SECMAIL_E_WEAK_POINT (-201)

/** The data breaks the rules of its format. Ask the sender to send it again; if that does not help, their software is at fault. */
#define SECMAIL_E_MALFORMED (-300)

/** The data ends before it is complete. Ask for it again; nothing of it can be trusted. */
#define SECMAIL_E_TRUNCATED (-301)

/** There is no OpenPGP data in the input. Pass the right file. */
#define SECMAIL_E_NO_DATA (-302)

/** The encrypted data was changed or cut after it was encrypted. Throw the message away and ask for it again; nothing unauthenticated was released. */
#define SECMAIL_E_MODIFIED (-303)

/** The encrypted data has no protection against modification, and is refused. Ask the sender to encrypt with current software. */
#define SECMAIL_E_UNPROTECTED (-304)

/** A packet has a version that this library does not read. Ask the sender for current software. */
#define SECMAIL_E_UNSUPPORTED_VERSION (-305)

/** An unknown packet is marked as critical, so that the whole message must be refused. Use a newer version of this library. */
#define SECMAIL_E_CRITICAL_PACKET (-306)

/** The data is declared to be text but is not valid UTF-8. Use the binary form. */
#define SECMAIL_E_EXPECTED_TEXT (-307)

/** The policy refuses the format or algorithm of the data. Ask the sender for what the policy accepts, or use another policy. */
#define SECMAIL_E_POLICY (-308)

/** The text is not a policy. Correct the line that the detail names; the header describes the form. */
#define SECMAIL_E_POLICY_TEXT (-309)

/** The cleartext-signed message breaks the rules of its framework (RFC 9580 section 7). Don't trust any of it; ask the sender for the original, or for a signed message of another form. */
#define SECMAIL_E_CLEARTEXT (-310)

/** The text is not a list of limits. Correct the line that the detail names; doc/limits.md names the limits. */
#define SECMAIL_E_LIMITS_TEXT (-311)

/** None of the keys and passwords at hand opens the message. Use the key that the detail names, or ask the sender to encrypt to yours. */
#define SECMAIL_E_CANNOT_DECRYPT (-400)

/** The password does not open the key or message. Type the password again. */
#define SECMAIL_E_WRONG_PASSWORD (-401)

/** The secret key is locked with a password, and none was given. Unlock the key first. */
#define SECMAIL_E_KEY_LOCKED (-402)

/** The key has expired. Get the owner's current certificate, or extend the key if it is yours. */
#define SECMAIL_E_KEY_EXPIRED (-403)

/** The key has been revoked by its owner. Get the owner's new certificate. */
#define SECMAIL_E_KEY_REVOKED (-404)

/** The certificate is not valid: its signatures do not bind its parts together. Get the certificate again from its owner. */
#define SECMAIL_E_KEY_INVALID (-405)

/** The certificate has no valid key for encryption. Ask the owner to add an encryption subkey. */
#define SECMAIL_E_CANNOT_ENCRYPT (-406)

/** The key can't sign. Use a key that has a signing-capable part. */
#define SECMAIL_E_CANNOT_SIGN (-407)

/** The data is OpenPGP data but not a certificate. Pass the right file. */
#define SECMAIL_E_NOT_A_CERT (-408)

/** The data is OpenPGP data but not a secret key. Pass the file that holds the secret key. */
#define SECMAIL_E_NOT_A_KEY (-409)

/** The secret key does not belong to the public key that it is stored with. Do not use the key; restore it from a backup. */
#define SECMAIL_E_KEY_TAMPERED (-410)

/** The secret part of a key that is needed is not in the file. Use the file that has the secret part, or give the key callbacks that reach the token. */
#define SECMAIL_E_SECRET_ABSENT (-411)

/** The certificate has no such user ID, or nobody stands by it as is needed. Compare the user IDs letter by letter, and get the owner's current certificate. */
#define SECMAIL_E_USER_ID_NO_MATCH (-412)

/** No part of the key may certify other people's user IDs. Use a key whose primary key may certify. */
#define SECMAIL_E_CANNOT_CERTIFY (-413)

/** The two certificates are not copies of one. Merge only certificates with the same primary fingerprint. */
#define SECMAIL_E_OTHER_CERT (-414)

/** The token that holds a secret key didn't do what was asked of it. Check that the token is connected and its PIN right; the detail names the key. Nothing was signed or decrypted. */
#define SECMAIL_E_TOKEN (-415)

/** Nobody could open the message: it has no recipient and no password. Add a certificate or a password. */
#define SECMAIL_E_NO_RECIPIENT (-500)

/** There is no key to sign with. Add a key. */
#define SECMAIL_E_NO_SIGNER (-501)

/** Two options of the operation exclude each other. Leave one of them out; the detail names both. */
#define SECMAIL_E_INCOMPATIBLE (-502)

/** The input does not have the size that was announced. Announce the exact size, or none. */
#define SECMAIL_E_SIZE_MISMATCH (-503)

/** The message is too large to be held until it is authenticated, and the input can't be read twice. Allow rewinding for a source that can be read twice, or raise the limit. */
#define SECMAIL_E_NEEDS_REWIND (-504)

/** The input was not the same when it was read the second time. Copy the file first. */
#define SECMAIL_E_INPUT_CHANGED (-505)

/** No signature of the message is good: its data is not given out. Read the verdicts: each one names the rule that decided. */
#define SECMAIL_E_NO_GOOD_SIGNATURE (-506)

/** A message with a modification detection code is larger than what may be held in memory. Allow rewinding, or raise the limit held-plaintext. */
#define SECMAIL_E_LIMIT_HELD_PLAINTEXT (-601)

/** The message has more plaintext than is allowed. Raise the limit plaintext-size if the sender is trusted. */
#define SECMAIL_E_LIMIT_PLAINTEXT_SIZE (-602)

/** A compressed packet expands more than is allowed. Raise the limit compression-ratio if the sender is trusted. */
#define SECMAIL_E_LIMIT_COMPRESSION_RATIO (-603)

/** Packets are nested deeper than is allowed. Treat the message as an attack; raise the limit nesting if it isn't one. */
#define SECMAIL_E_LIMIT_NESTING (-604)

/** The message has more packets than are allowed. Raise the limit message-packets if the sender is trusted. */
#define SECMAIL_E_LIMIT_MESSAGE_PACKETS (-605)

/** A packet that must be held in memory is larger than is allowed. Raise the limit packet-size if the sender is trusted. */
#define SECMAIL_E_LIMIT_PACKET_SIZE (-606)

/** The message has more encrypted session keys than are allowed. Raise the limit session-key-packets if the sender is trusted. */
#define SECMAIL_E_LIMIT_SESSION_KEY_PACKETS (-607)

/** The message has more signatures than are allowed. Raise the limit message-signatures if the sender is trusted. */
#define SECMAIL_E_LIMIT_MESSAGE_SIGNATURES (-608)

/** A component of a certificate carries more signatures than are allowed. Get the certificate from a server that strips third-party signatures. */
#define SECMAIL_E_LIMIT_CERT_SIGNATURES (-609)

/** A certificate has more user IDs and subkeys than are allowed. Raise the limit cert-components if the certificate is trusted. */
#define SECMAIL_E_LIMIT_CERT_COMPONENTS (-610)

/** A ring holds more certificates than are allowed. Split the ring, or raise the limit ring-certs. */
#define SECMAIL_E_LIMIT_RING_CERTS (-611)

/** A password-protected packet asks for more memory than is allowed. Raise the limit argon2-memory-kib if the sender is trusted. */
#define SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB (-612)

/** A password-protected packet asks for more computing time than is allowed. Raise the limit argon2-work if the sender is trusted. */
#define SECMAIL_E_LIMIT_ARGON2_WORK (-613)

/** Opening the message needs more password derivations than are allowed. Raise the limit password-tries if the sender is trusted. */
#define SECMAIL_E_LIMIT_PASSWORD_TRIES (-614)

/** Opening the message needs more trials of private keys than are allowed. Pass fewer keys, or raise the limit hidden-recipient-tries. */
#define SECMAIL_E_LIMIT_HIDDEN_RECIPIENT_TRIES (-615)

/** The header lines of an ASCII armor are longer than is allowed. Raise the limit armor-header-size if the sender is trusted. */
#define SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE (-616)

/** A DMARC report has more records, reasons and results than is allowed. Raise the limit report-entries if the sender is trusted. */
#define SECMAIL_E_LIMIT_REPORT_ENTRIES (-617)

/** The text is not a usable otpauth URI. Ask for the URI or the QR code again; the detail names the part that is wrong. */
#define SECMAIL_E_OTP_URI (-1000)

/** The secret of a one-time password is missing, too long or not base32. Set or generate a secret; when it was typed, compare it with the original. */
#define SECMAIL_E_OTP_SECRET (-1001)

/** A parameter of a one-time password is outside of what is supported or can be written here. Use SHA-1, 6 digits and 30 seconds, which every authenticator app understands. */
#define SECMAIL_E_OTP_PARAMETER (-1002)

/** The text is not a usable otpauth-migration URI, or not a part of this export. Scan all QR codes of one export again. */
#define SECMAIL_E_OTP_MIGRATION (-1003)

/** A name, label or scope has characters or a length that are not allowed. Shorten or clean the text; the detail tells which rule it breaks. */
#define SECMAIL_E_OTP_TEXT (-1004)

/** The stored two-factor state is not one that this library wrote. Restore the account's state from the store's backup; store it as binary data. */
#define SECMAIL_E_OTP_STATE (-1005)

/** The stored two-factor state has a version that this library doesn't know. Use at least the release that wrote the state. */
#define SECMAIL_E_OTP_STATE_VERSION (-1006)

/** The stored two-factor state is sealed under a key that the verifier wasn't given. Add the sealing key with the number that the detail names. */
#define SECMAIL_E_OTP_STATE_KEY (-1007)

/** The seal of the stored two-factor state doesn't hold. Refuse the sign-in and find out who changed the store. */
#define SECMAIL_E_OTP_STATE_SEAL (-1008)

/** The account has no confirmed second factor. Let the user enrol and confirm first. */
#define SECMAIL_E_OTP_NOT_ENROLLED (-1009)

/** There is no room for one more entry. Let the user revoke entries that are no longer used. */
#define SECMAIL_E_OTP_TOO_MANY (-1010)

/** There is no entry with this number. List the entries of the account again. */
#define SECMAIL_E_OTP_NO_SUCH_ENTRY (-1011)

/** The outcome can't be read before the new state is stored. Replace the old state by the new one, by compare-and-set, then call secmail_otp_result_stored(). */
#define SECMAIL_E_OTP_NOT_STORED (-1012)

/** This is not an IP address. Pass the address of the SMTP client as text, IPv4 or IPv6, without brackets or port. */
#define SECMAIL_E_MAILAUTH_ADDRESS (-1100)

/** A name or list has characters or a form that it can't have. Correct what the detail names. */
#define SECMAIL_E_MAILAUTH_TEXT (-1101)

/** There is no open question with this number. Answer only what secmail_mailauth_next_question() returned, once. */
#define SECMAIL_E_MAILAUTH_QUESTION (-1102)

/** A DNS record is not well-formed for its type. Leave the record out, as the library did; pass the data in wire format with whole names. */
#define SECMAIL_E_MAILAUTH_RECORD (-1103)

/** An Authentication-Results field can't be read. Don't trust it; RFC 8601 tells a reader to ignore such fields. */
#define SECMAIL_E_MAILAUTH_FIELD (-1104)

/** No Authentication-Results field can be trusted. Treat the message as not validated; check the configured authserv-id against the server's. */
#define SECMAIL_E_MAILAUTH_UNTRUSTED (-1105)

/** A signing key can't be used. Use an unencrypted PKCS#8 or PKCS#1 key, RSA of 1024 to 8192 bits or Ed25519. */
#define SECMAIL_E_MAILAUTH_KEY (-1106)

/** The table has no key for this domain. Add a key for the domain, or send the message unsigned. */
#define SECMAIL_E_MAILAUTH_NO_KEY (-1107)

/** The message's From field does not allow signing. Have the author correct the message; SECMAIL_DKIM_ANY_AUTHOR lifts the rule on the domain. */
#define SECMAIL_E_MAILAUTH_FROM (-1108)

/** The message can't be signed as it is. Repair line ends before signing; the detail names the cause. */
#define SECMAIL_E_MAILAUTH_MESSAGE (-1109)

/** The ARC chain takes no further seal. Pass the message on without a seal of your own. */
#define SECMAIL_E_MAILAUTH_CHAIN (-1110)

/** This is not an aggregate report of DMARC. Uncompress the attachment first; ask the sender of the report otherwise. */
#define SECMAIL_E_MAILAUTH_REPORT (-1111)

/** The report lacks something that each report must have. Set what the detail names before writing. */
#define SECMAIL_E_MAILAUTH_REPORT_INCOMPLETE (-1112)

/** The message doesn't belong into this report. Make a report for each policy domain; leave out messages to which no policy applies. */
#define SECMAIL_E_MAILAUTH_REPORT_DOMAIN (-1113)

/** This is not a public suffix list. Pass the file public_suffix_list.dat, as publicsuffix.org has it. */
#define SECMAIL_E_MAILAUTH_SUFFIXES (-1114)

/** The DNS resolver can't be set up or has stopped working. Free the resolver and make a new one; the detail has libunbound's words. */
#define SECMAIL_E_DNS_DRIVER (-1200)

/** A number is out of the bounds of its setting. Take one within the bounds, which the detail names. */
#define SECMAIL_E_DNS_SETTING (-1201)

/** A server, zone or file of the resolver's configuration can't be used. Correct the configuration; an address is written 192.0.2.1 or 192.0.2.1@5353. */
#define SECMAIL_E_DNS_CONFIG (-1202)

/** A text holds no usable trust anchor. Take DS or DNSKEY records, one a line, such as those of the package dns-root-data. */
#define SECMAIL_E_DNS_ANCHOR (-1203)

/** A name can't be asked for in the DNS. Treat the name as one that doesn't exist. */
#define SECMAIL_E_DNS_NAME (-1204)

/** A record can't stand in the table. Pass the data in DNS wire format with whole names. */
#define SECMAIL_E_DNS_RECORD (-1205)

/** Too many queries wait for an answer. Process results first, or raise SECMAIL_DNS_OPEN_QUERIES. */
#define SECMAIL_E_DNS_BUSY (-1206)

/** There is no query with this number. Cancel only queries whose result is still to come. */
#define SECMAIL_E_DNS_QUERY (-1207)

/** Waiting for the DNS was cancelled by the caller. None; the queries stay open until they are cancelled or the resolver is freed. */
#define SECMAIL_E_DNS_CANCELLED (-1208)

#endif /* SECMAIL_ERRORS_H */
