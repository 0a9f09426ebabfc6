# SPDX-License-Identifier: LGPL-2.1-or-later
"""One exception class for each error code. Made by tools/gen_errors.py from libsecmail/core/errors.toml; edit that file."""

from __future__ import annotations


class Error(Exception):
    """An error that libsecmail reported: a stable code, its name, and what happened."""

    code: int = 0
    name: str = "SECMAIL_OK"
    meaning: str = ""
    remedy: str = ""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.meaning)
        self.detail = detail


class Nomem(Error):
    """Memory could not be allocated."""

    code = -1
    name = "SECMAIL_E_NOMEM"
    meaning = 'Memory could not be allocated.'
    remedy = 'Free memory or raise the budget, then repeat the call; nothing was changed by it.'


class Argument(Error):
    """An argument is not allowed here."""

    code = -2
    name = "SECMAIL_E_ARGUMENT"
    meaning = 'An argument is not allowed here.'
    remedy = 'Correct the call; the detail names the argument.'


class State(Error):
    """The object is not in a state in which this call is allowed."""

    code = -3
    name = "SECMAIL_E_STATE"
    meaning = 'The object is not in a state in which this call is allowed.'
    remedy = 'Make a new operation; the header says in which order the calls come.'


class Random(Error):
    """The random generator failed."""

    code = -4
    name = "SECMAIL_E_RANDOM"
    meaning = 'The random generator failed.'
    remedy = 'Repair the generator; there is no fallback to weaker randomness.'


class CryptoInit(Error):
    """A cryptographic library could not be initialised."""

    code = -5
    name = "SECMAIL_E_CRYPTO_INIT"
    meaning = 'A cryptographic library could not be initialised.'
    remedy = 'Install the versions that the README names.'


class Clock(Error):
    """The clock gives a time that can't be written in the format at hand."""

    code = -6
    name = "SECMAIL_E_CLOCK"
    meaning = "The clock gives a time that can't be written in the format at hand."
    remedy = 'Set the clock of the context or of the machine.'


class Internal(Error):
    """A cryptographic library reported a failure that can't happen with valid arguments."""

    code = -7
    name = "SECMAIL_E_INTERNAL"
    meaning = "A cryptographic library reported a failure that can't happen with valid arguments."
    remedy = 'Report it with the detail line; the operation was stopped and nothing was released.'


class NotBuilt(Error):
    """This build of the library has no such part."""

    code = -8
    name = "SECMAIL_E_NOT_BUILT"
    meaning = 'This build of the library has no such part.'
    remedy = 'Build it with the option that the detail names; secmail_feature_supported() tells in advance.'


class Encoding(Error):
    """Text is not valid in its encoding."""

    code = -100
    name = "SECMAIL_E_ENCODING"
    meaning = 'Text is not valid in its encoding.'
    remedy = 'Check that the data arrived complete and unchanged.'


class Armor(Error):
    """The ASCII armor is malformed."""

    code = -101
    name = "SECMAIL_E_ARMOR"
    meaning = 'The ASCII armor is malformed.'
    remedy = 'Ask for the file again, as an attachment rather than pasted text.'


class ArmorKind(Error):
    """The ASCII armor holds another kind of data than is wanted here."""

    code = -102
    name = "SECMAIL_E_ARMOR_KIND"
    meaning = 'The ASCII armor holds another kind of data than is wanted here.'
    remedy = 'Pass the right file.'


class UnsupportedAlgorithm(Error):
    """The data uses an algorithm that this build does not have."""

    code = -200
    name = "SECMAIL_E_UNSUPPORTED_ALGORITHM"
    meaning = 'The data uses an algorithm that this build does not have.'
    remedy = 'Ask the sender for another algorithm, or use a build that has it; secmail_feature_supported() tells.'


class WeakPoint(Error):
    """A public value lies in a small subgroup, so that the shared secret would be predictable."""

    code = -201
    name = "SECMAIL_E_WEAK_POINT"
    meaning = 'A public value lies in a small subgroup, so that the shared secret would be predictable.'
    remedy = 'Treat the message or key as forged.'


class Malformed(Error):
    """The data breaks the rules of its format."""

    code = -300
    name = "SECMAIL_E_MALFORMED"
    meaning = 'The data breaks the rules of its format.'
    remedy = 'Ask the sender to send it again; if that does not help, their software is at fault.'


class Truncated(Error):
    """The data ends before it is complete."""

    code = -301
    name = "SECMAIL_E_TRUNCATED"
    meaning = 'The data ends before it is complete.'
    remedy = 'Ask for it again; nothing of it can be trusted.'


class NoData(Error):
    """There is no OpenPGP data in the input."""

    code = -302
    name = "SECMAIL_E_NO_DATA"
    meaning = 'There is no OpenPGP data in the input.'
    remedy = 'Pass the right file.'


class Modified(Error):
    """The encrypted data was changed or cut after it was encrypted."""

    code = -303
    name = "SECMAIL_E_MODIFIED"
    meaning = 'The encrypted data was changed or cut after it was encrypted.'
    remedy = 'Throw the message away and ask for it again; nothing unauthenticated was released.'


class Unprotected(Error):
    """The encrypted data has no protection against modification, and is refused."""

    code = -304
    name = "SECMAIL_E_UNPROTECTED"
    meaning = 'The encrypted data has no protection against modification, and is refused.'
    remedy = 'Ask the sender to encrypt with current software.'


class UnsupportedVersion(Error):
    """A packet has a version that this library does not read."""

    code = -305
    name = "SECMAIL_E_UNSUPPORTED_VERSION"
    meaning = 'A packet has a version that this library does not read.'
    remedy = 'Ask the sender for current software.'


class CriticalPacket(Error):
    """An unknown packet is marked as critical, so that the whole message must be refused."""

    code = -306
    name = "SECMAIL_E_CRITICAL_PACKET"
    meaning = 'An unknown packet is marked as critical, so that the whole message must be refused.'
    remedy = 'Use a newer version of this library.'


class ExpectedText(Error):
    """The data is declared to be text but is not valid UTF-8."""

    code = -307
    name = "SECMAIL_E_EXPECTED_TEXT"
    meaning = 'The data is declared to be text but is not valid UTF-8.'
    remedy = 'Use the binary form.'


class Policy(Error):
    """The policy refuses the format or algorithm of the data."""

    code = -308
    name = "SECMAIL_E_POLICY"
    meaning = 'The policy refuses the format or algorithm of the data.'
    remedy = 'Ask the sender for what the policy accepts, or use another policy.'


class PolicyText(Error):
    """The text is not a policy."""

    code = -309
    name = "SECMAIL_E_POLICY_TEXT"
    meaning = 'The text is not a policy.'
    remedy = 'Correct the line that the detail names; the header describes the form.'


class Cleartext(Error):
    """The cleartext-signed message breaks the rules of its framework (RFC 9580 section 7)."""

    code = -310
    name = "SECMAIL_E_CLEARTEXT"
    meaning = 'The cleartext-signed message breaks the rules of its framework (RFC 9580 section 7).'
    remedy = "Don't trust any of it; ask the sender for the original, or for a signed message of another form."


class LimitsText(Error):
    """The text is not a list of limits."""

    code = -311
    name = "SECMAIL_E_LIMITS_TEXT"
    meaning = 'The text is not a list of limits.'
    remedy = 'Correct the line that the detail names; doc/limits.md names the limits.'


class CannotDecrypt(Error):
    """None of the keys and passwords at hand opens the message."""

    code = -400
    name = "SECMAIL_E_CANNOT_DECRYPT"
    meaning = 'None of the keys and passwords at hand opens the message.'
    remedy = 'Use the key that the detail names, or ask the sender to encrypt to yours.'


class WrongPassword(Error):
    """The password does not open the key or message."""

    code = -401
    name = "SECMAIL_E_WRONG_PASSWORD"
    meaning = 'The password does not open the key or message.'
    remedy = 'Type the password again.'


class KeyLocked(Error):
    """The secret key is locked with a password, and none was given."""

    code = -402
    name = "SECMAIL_E_KEY_LOCKED"
    meaning = 'The secret key is locked with a password, and none was given.'
    remedy = 'Unlock the key first.'


class KeyExpired(Error):
    """The key has expired."""

    code = -403
    name = "SECMAIL_E_KEY_EXPIRED"
    meaning = 'The key has expired.'
    remedy = "Get the owner's current certificate, or extend the key if it is yours."


class KeyRevoked(Error):
    """The key has been revoked by its owner."""

    code = -404
    name = "SECMAIL_E_KEY_REVOKED"
    meaning = 'The key has been revoked by its owner.'
    remedy = "Get the owner's new certificate."


class KeyInvalid(Error):
    """The certificate is not valid: its signatures do not bind its parts together."""

    code = -405
    name = "SECMAIL_E_KEY_INVALID"
    meaning = 'The certificate is not valid: its signatures do not bind its parts together.'
    remedy = 'Get the certificate again from its owner.'


class CannotEncrypt(Error):
    """The certificate has no valid key for encryption."""

    code = -406
    name = "SECMAIL_E_CANNOT_ENCRYPT"
    meaning = 'The certificate has no valid key for encryption.'
    remedy = 'Ask the owner to add an encryption subkey.'


class CannotSign(Error):
    """The key can't sign."""

    code = -407
    name = "SECMAIL_E_CANNOT_SIGN"
    meaning = "The key can't sign."
    remedy = 'Use a key that has a signing-capable part.'


class NotACert(Error):
    """The data is OpenPGP data but not a certificate."""

    code = -408
    name = "SECMAIL_E_NOT_A_CERT"
    meaning = 'The data is OpenPGP data but not a certificate.'
    remedy = 'Pass the right file.'


class NotAKey(Error):
    """The data is OpenPGP data but not a secret key."""

    code = -409
    name = "SECMAIL_E_NOT_A_KEY"
    meaning = 'The data is OpenPGP data but not a secret key.'
    remedy = 'Pass the file that holds the secret key.'


class KeyTampered(Error):
    """The secret key does not belong to the public key that it is stored with."""

    code = -410
    name = "SECMAIL_E_KEY_TAMPERED"
    meaning = 'The secret key does not belong to the public key that it is stored with.'
    remedy = 'Do not use the key; restore it from a backup.'


class SecretAbsent(Error):
    """The secret part of a key that is needed is not in the file."""

    code = -411
    name = "SECMAIL_E_SECRET_ABSENT"
    meaning = 'The secret part of a key that is needed is not in the file.'
    remedy = 'Use the file that has the secret part, or give the key callbacks that reach the token.'


class UserIdNoMatch(Error):
    """The certificate has no such user ID, or nobody stands by it as is needed."""

    code = -412
    name = "SECMAIL_E_USER_ID_NO_MATCH"
    meaning = 'The certificate has no such user ID, or nobody stands by it as is needed.'
    remedy = "Compare the user IDs letter by letter, and get the owner's current certificate."


class CannotCertify(Error):
    """No part of the key may certify other people's user IDs."""

    code = -413
    name = "SECMAIL_E_CANNOT_CERTIFY"
    meaning = "No part of the key may certify other people's user IDs."
    remedy = 'Use a key whose primary key may certify.'


class OtherCert(Error):
    """The two certificates are not copies of one."""

    code = -414
    name = "SECMAIL_E_OTHER_CERT"
    meaning = 'The two certificates are not copies of one.'
    remedy = 'Merge only certificates with the same primary fingerprint.'


class Token(Error):
    """The token that holds a secret key didn't do what was asked of it."""

    code = -415
    name = "SECMAIL_E_TOKEN"
    meaning = "The token that holds a secret key didn't do what was asked of it."
    remedy = 'Check that the token is connected and its PIN right; the detail names the key. Nothing was signed or decrypted.'


class NoRecipient(Error):
    """Nobody could open the message: it has no recipient and no password."""

    code = -500
    name = "SECMAIL_E_NO_RECIPIENT"
    meaning = 'Nobody could open the message: it has no recipient and no password.'
    remedy = 'Add a certificate or a password.'


class NoSigner(Error):
    """There is no key to sign with."""

    code = -501
    name = "SECMAIL_E_NO_SIGNER"
    meaning = 'There is no key to sign with.'
    remedy = 'Add a key.'


class Incompatible(Error):
    """Two options of the operation exclude each other."""

    code = -502
    name = "SECMAIL_E_INCOMPATIBLE"
    meaning = 'Two options of the operation exclude each other.'
    remedy = 'Leave one of them out; the detail names both.'


class SizeMismatch(Error):
    """The input does not have the size that was announced."""

    code = -503
    name = "SECMAIL_E_SIZE_MISMATCH"
    meaning = 'The input does not have the size that was announced.'
    remedy = 'Announce the exact size, or none.'


class NeedsRewind(Error):
    """The message is too large to be held until it is authenticated, and the input can't be read twice."""

    code = -504
    name = "SECMAIL_E_NEEDS_REWIND"
    meaning = "The message is too large to be held until it is authenticated, and the input can't be read twice."
    remedy = 'Allow rewinding for a source that can be read twice, or raise the limit.'


class InputChanged(Error):
    """The input was not the same when it was read the second time."""

    code = -505
    name = "SECMAIL_E_INPUT_CHANGED"
    meaning = 'The input was not the same when it was read the second time.'
    remedy = 'Copy the file first.'


class NoGoodSignature(Error):
    """No signature of the message is good: its data is not given out."""

    code = -506
    name = "SECMAIL_E_NO_GOOD_SIGNATURE"
    meaning = 'No signature of the message is good: its data is not given out.'
    remedy = 'Read the verdicts: each one names the rule that decided.'


class LimitHeldPlaintext(Error):
    """A message with a modification detection code is larger than what may be held in memory."""

    code = -601
    name = "SECMAIL_E_LIMIT_HELD_PLAINTEXT"
    meaning = 'A message with a modification detection code is larger than what may be held in memory.'
    remedy = 'Allow rewinding, or raise the limit held-plaintext.'


class LimitPlaintextSize(Error):
    """The message has more plaintext than is allowed."""

    code = -602
    name = "SECMAIL_E_LIMIT_PLAINTEXT_SIZE"
    meaning = 'The message has more plaintext than is allowed.'
    remedy = 'Raise the limit plaintext-size if the sender is trusted.'


class LimitCompressionRatio(Error):
    """A compressed packet expands more than is allowed."""

    code = -603
    name = "SECMAIL_E_LIMIT_COMPRESSION_RATIO"
    meaning = 'A compressed packet expands more than is allowed.'
    remedy = 'Raise the limit compression-ratio if the sender is trusted.'


class LimitNesting(Error):
    """Packets are nested deeper than is allowed."""

    code = -604
    name = "SECMAIL_E_LIMIT_NESTING"
    meaning = 'Packets are nested deeper than is allowed.'
    remedy = "Treat the message as an attack; raise the limit nesting if it isn't one."


class LimitMessagePackets(Error):
    """The message has more packets than are allowed."""

    code = -605
    name = "SECMAIL_E_LIMIT_MESSAGE_PACKETS"
    meaning = 'The message has more packets than are allowed.'
    remedy = 'Raise the limit message-packets if the sender is trusted.'


class LimitPacketSize(Error):
    """A packet that must be held in memory is larger than is allowed."""

    code = -606
    name = "SECMAIL_E_LIMIT_PACKET_SIZE"
    meaning = 'A packet that must be held in memory is larger than is allowed.'
    remedy = 'Raise the limit packet-size if the sender is trusted.'


class LimitSessionKeyPackets(Error):
    """The message has more encrypted session keys than are allowed."""

    code = -607
    name = "SECMAIL_E_LIMIT_SESSION_KEY_PACKETS"
    meaning = 'The message has more encrypted session keys than are allowed.'
    remedy = 'Raise the limit session-key-packets if the sender is trusted.'


class LimitMessageSignatures(Error):
    """The message has more signatures than are allowed."""

    code = -608
    name = "SECMAIL_E_LIMIT_MESSAGE_SIGNATURES"
    meaning = 'The message has more signatures than are allowed.'
    remedy = 'Raise the limit message-signatures if the sender is trusted.'


class LimitCertSignatures(Error):
    """A component of a certificate carries more signatures than are allowed."""

    code = -609
    name = "SECMAIL_E_LIMIT_CERT_SIGNATURES"
    meaning = 'A component of a certificate carries more signatures than are allowed.'
    remedy = 'Get the certificate from a server that strips third-party signatures.'


class LimitCertComponents(Error):
    """A certificate has more user IDs and subkeys than are allowed."""

    code = -610
    name = "SECMAIL_E_LIMIT_CERT_COMPONENTS"
    meaning = 'A certificate has more user IDs and subkeys than are allowed.'
    remedy = 'Raise the limit cert-components if the certificate is trusted.'


class LimitRingCerts(Error):
    """A ring holds more certificates than are allowed."""

    code = -611
    name = "SECMAIL_E_LIMIT_RING_CERTS"
    meaning = 'A ring holds more certificates than are allowed.'
    remedy = 'Split the ring, or raise the limit ring-certs.'


class LimitArgon2MemoryKib(Error):
    """A password-protected packet asks for more memory than is allowed."""

    code = -612
    name = "SECMAIL_E_LIMIT_ARGON2_MEMORY_KIB"
    meaning = 'A password-protected packet asks for more memory than is allowed.'
    remedy = 'Raise the limit argon2-memory-kib if the sender is trusted.'


class LimitArgon2Work(Error):
    """A password-protected packet asks for more computing time than is allowed."""

    code = -613
    name = "SECMAIL_E_LIMIT_ARGON2_WORK"
    meaning = 'A password-protected packet asks for more computing time than is allowed.'
    remedy = 'Raise the limit argon2-work if the sender is trusted.'


class LimitPasswordTries(Error):
    """Opening the message needs more password derivations than are allowed."""

    code = -614
    name = "SECMAIL_E_LIMIT_PASSWORD_TRIES"
    meaning = 'Opening the message needs more password derivations than are allowed.'
    remedy = 'Raise the limit password-tries if the sender is trusted.'


class LimitHiddenRecipientTries(Error):
    """Opening the message needs more trials of private keys than are allowed."""

    code = -615
    name = "SECMAIL_E_LIMIT_HIDDEN_RECIPIENT_TRIES"
    meaning = 'Opening the message needs more trials of private keys than are allowed.'
    remedy = 'Pass fewer keys, or raise the limit hidden-recipient-tries.'


class LimitArmorHeaderSize(Error):
    """The header lines of an ASCII armor are longer than is allowed."""

    code = -616
    name = "SECMAIL_E_LIMIT_ARMOR_HEADER_SIZE"
    meaning = 'The header lines of an ASCII armor are longer than is allowed.'
    remedy = 'Raise the limit armor-header-size if the sender is trusted.'


class LimitReportEntries(Error):
    """A DMARC report has more records, reasons and results than is allowed."""

    code = -617
    name = "SECMAIL_E_LIMIT_REPORT_ENTRIES"
    meaning = 'A DMARC report has more records, reasons and results than is allowed.'
    remedy = 'Raise the limit report-entries if the sender is trusted.'


class OtpUri(Error):
    """The text is not a usable otpauth URI."""

    code = -1000
    name = "SECMAIL_E_OTP_URI"
    meaning = 'The text is not a usable otpauth URI.'
    remedy = 'Ask for the URI or the QR code again; the detail names the part that is wrong.'


class OtpSecret(Error):
    """The secret of a one-time password is missing, too long or not base32."""

    code = -1001
    name = "SECMAIL_E_OTP_SECRET"
    meaning = 'The secret of a one-time password is missing, too long or not base32.'
    remedy = 'Set or generate a secret; when it was typed, compare it with the original.'


class OtpParameter(Error):
    """A parameter of a one-time password is outside of what is supported or can be written here."""

    code = -1002
    name = "SECMAIL_E_OTP_PARAMETER"
    meaning = 'A parameter of a one-time password is outside of what is supported or can be written here.'
    remedy = 'Use SHA-1, 6 digits and 30 seconds, which every authenticator app understands.'


class OtpMigration(Error):
    """The text is not a usable otpauth-migration URI, or not a part of this export."""

    code = -1003
    name = "SECMAIL_E_OTP_MIGRATION"
    meaning = 'The text is not a usable otpauth-migration URI, or not a part of this export.'
    remedy = 'Scan all QR codes of one export again.'


class OtpText(Error):
    """A name, label or scope has characters or a length that are not allowed."""

    code = -1004
    name = "SECMAIL_E_OTP_TEXT"
    meaning = 'A name, label or scope has characters or a length that are not allowed.'
    remedy = 'Shorten or clean the text; the detail tells which rule it breaks.'


class OtpState(Error):
    """The stored two-factor state is not one that this library wrote."""

    code = -1005
    name = "SECMAIL_E_OTP_STATE"
    meaning = 'The stored two-factor state is not one that this library wrote.'
    remedy = "Restore the account's state from the store's backup; store it as binary data."


class OtpStateVersion(Error):
    """The stored two-factor state has a version that this library doesn't know."""

    code = -1006
    name = "SECMAIL_E_OTP_STATE_VERSION"
    meaning = "The stored two-factor state has a version that this library doesn't know."
    remedy = 'Use at least the release that wrote the state.'


class OtpStateKey(Error):
    """The stored two-factor state is sealed under a key that the verifier wasn't given."""

    code = -1007
    name = "SECMAIL_E_OTP_STATE_KEY"
    meaning = "The stored two-factor state is sealed under a key that the verifier wasn't given."
    remedy = 'Add the sealing key with the number that the detail names.'


class OtpStateSeal(Error):
    """The seal of the stored two-factor state doesn't hold."""

    code = -1008
    name = "SECMAIL_E_OTP_STATE_SEAL"
    meaning = "The seal of the stored two-factor state doesn't hold."
    remedy = 'Refuse the sign-in and find out who changed the store.'


class OtpNotEnrolled(Error):
    """The account has no confirmed second factor."""

    code = -1009
    name = "SECMAIL_E_OTP_NOT_ENROLLED"
    meaning = 'The account has no confirmed second factor.'
    remedy = 'Let the user enrol and confirm first.'


class OtpTooMany(Error):
    """There is no room for one more entry."""

    code = -1010
    name = "SECMAIL_E_OTP_TOO_MANY"
    meaning = 'There is no room for one more entry.'
    remedy = 'Let the user revoke entries that are no longer used.'


class OtpNoSuchEntry(Error):
    """There is no entry with this number."""

    code = -1011
    name = "SECMAIL_E_OTP_NO_SUCH_ENTRY"
    meaning = 'There is no entry with this number.'
    remedy = 'List the entries of the account again.'


class OtpNotStored(Error):
    """The outcome can't be read before the new state is stored."""

    code = -1012
    name = "SECMAIL_E_OTP_NOT_STORED"
    meaning = "The outcome can't be read before the new state is stored."
    remedy = 'Replace the old state by the new one, by compare-and-set, then call secmail_otp_result_stored().'


class MailauthAddress(Error):
    """This is not an IP address."""

    code = -1100
    name = "SECMAIL_E_MAILAUTH_ADDRESS"
    meaning = 'This is not an IP address.'
    remedy = 'Pass the address of the SMTP client as text, IPv4 or IPv6, without brackets or port.'


class MailauthText(Error):
    """A name or list has characters or a form that it can't have."""

    code = -1101
    name = "SECMAIL_E_MAILAUTH_TEXT"
    meaning = "A name or list has characters or a form that it can't have."
    remedy = 'Correct what the detail names.'


class MailauthQuestion(Error):
    """There is no open question with this number."""

    code = -1102
    name = "SECMAIL_E_MAILAUTH_QUESTION"
    meaning = 'There is no open question with this number.'
    remedy = 'Answer only what secmail_mailauth_next_question() returned, once.'


class MailauthRecord(Error):
    """A DNS record is not well-formed for its type."""

    code = -1103
    name = "SECMAIL_E_MAILAUTH_RECORD"
    meaning = 'A DNS record is not well-formed for its type.'
    remedy = 'Leave the record out, as the library did; pass the data in wire format with whole names.'


class MailauthField(Error):
    """An Authentication-Results field can't be read."""

    code = -1104
    name = "SECMAIL_E_MAILAUTH_FIELD"
    meaning = "An Authentication-Results field can't be read."
    remedy = "Don't trust it; RFC 8601 tells a reader to ignore such fields."


class MailauthUntrusted(Error):
    """No Authentication-Results field can be trusted."""

    code = -1105
    name = "SECMAIL_E_MAILAUTH_UNTRUSTED"
    meaning = 'No Authentication-Results field can be trusted.'
    remedy = "Treat the message as not validated; check the configured authserv-id against the server's."


class MailauthKey(Error):
    """A signing key can't be used."""

    code = -1106
    name = "SECMAIL_E_MAILAUTH_KEY"
    meaning = "A signing key can't be used."
    remedy = 'Use an unencrypted PKCS#8 or PKCS#1 key, RSA of 1024 to 8192 bits or Ed25519.'


class MailauthNoKey(Error):
    """The table has no key for this domain."""

    code = -1107
    name = "SECMAIL_E_MAILAUTH_NO_KEY"
    meaning = 'The table has no key for this domain.'
    remedy = 'Add a key for the domain, or send the message unsigned.'


class MailauthFrom(Error):
    """The message's From field does not allow signing."""

    code = -1108
    name = "SECMAIL_E_MAILAUTH_FROM"
    meaning = "The message's From field does not allow signing."
    remedy = 'Have the author correct the message; SECMAIL_DKIM_ANY_AUTHOR lifts the rule on the domain.'


class MailauthMessage(Error):
    """The message can't be signed as it is."""

    code = -1109
    name = "SECMAIL_E_MAILAUTH_MESSAGE"
    meaning = "The message can't be signed as it is."
    remedy = 'Repair line ends before signing; the detail names the cause.'


class MailauthChain(Error):
    """The ARC chain takes no further seal."""

    code = -1110
    name = "SECMAIL_E_MAILAUTH_CHAIN"
    meaning = 'The ARC chain takes no further seal.'
    remedy = 'Pass the message on without a seal of your own.'


class MailauthReport(Error):
    """This is not an aggregate report of DMARC."""

    code = -1111
    name = "SECMAIL_E_MAILAUTH_REPORT"
    meaning = 'This is not an aggregate report of DMARC.'
    remedy = 'Uncompress the attachment first; ask the sender of the report otherwise.'


class MailauthReportIncomplete(Error):
    """The report lacks something that each report must have."""

    code = -1112
    name = "SECMAIL_E_MAILAUTH_REPORT_INCOMPLETE"
    meaning = 'The report lacks something that each report must have.'
    remedy = 'Set what the detail names before writing.'


class MailauthReportDomain(Error):
    """The message doesn't belong into this report."""

    code = -1113
    name = "SECMAIL_E_MAILAUTH_REPORT_DOMAIN"
    meaning = "The message doesn't belong into this report."
    remedy = 'Make a report for each policy domain; leave out messages to which no policy applies.'


class MailauthSuffixes(Error):
    """This is not a public suffix list."""

    code = -1114
    name = "SECMAIL_E_MAILAUTH_SUFFIXES"
    meaning = 'This is not a public suffix list.'
    remedy = 'Pass the file public_suffix_list.dat, as publicsuffix.org has it.'


class DnsDriver(Error):
    """The DNS resolver can't be set up or has stopped working."""

    code = -1200
    name = "SECMAIL_E_DNS_DRIVER"
    meaning = "The DNS resolver can't be set up or has stopped working."
    remedy = "Free the resolver and make a new one; the detail has libunbound's words."


class DnsSetting(Error):
    """A number is out of the bounds of its setting."""

    code = -1201
    name = "SECMAIL_E_DNS_SETTING"
    meaning = 'A number is out of the bounds of its setting.'
    remedy = 'Take one within the bounds, which the detail names.'


class DnsConfig(Error):
    """A server, zone or file of the resolver's configuration can't be used."""

    code = -1202
    name = "SECMAIL_E_DNS_CONFIG"
    meaning = "A server, zone or file of the resolver's configuration can't be used."
    remedy = 'Correct the configuration; an address is written 192.0.2.1 or 192.0.2.1@5353.'


class DnsAnchor(Error):
    """A text holds no usable trust anchor."""

    code = -1203
    name = "SECMAIL_E_DNS_ANCHOR"
    meaning = 'A text holds no usable trust anchor.'
    remedy = 'Take DS or DNSKEY records, one a line, such as those of the package dns-root-data.'


class DnsName(Error):
    """A name can't be asked for in the DNS."""

    code = -1204
    name = "SECMAIL_E_DNS_NAME"
    meaning = "A name can't be asked for in the DNS."
    remedy = "Treat the name as one that doesn't exist."


class DnsRecord(Error):
    """A record can't stand in the table."""

    code = -1205
    name = "SECMAIL_E_DNS_RECORD"
    meaning = "A record can't stand in the table."
    remedy = 'Pass the data in DNS wire format with whole names.'


class DnsBusy(Error):
    """Too many queries wait for an answer."""

    code = -1206
    name = "SECMAIL_E_DNS_BUSY"
    meaning = 'Too many queries wait for an answer.'
    remedy = 'Process results first, or raise SECMAIL_DNS_OPEN_QUERIES.'


class DnsQuery(Error):
    """There is no query with this number."""

    code = -1207
    name = "SECMAIL_E_DNS_QUERY"
    meaning = 'There is no query with this number.'
    remedy = 'Cancel only queries whose result is still to come.'


class DnsCancelled(Error):
    """Waiting for the DNS was cancelled by the caller."""

    code = -1208
    name = "SECMAIL_E_DNS_CANCELLED"
    meaning = 'Waiting for the DNS was cancelled by the caller.'
    remedy = 'None; the queries stay open until they are cancelled or the resolver is freed.'


BY_CODE: dict[int, type[Error]] = {
    -1: Nomem,
    -2: Argument,
    -3: State,
    -4: Random,
    -5: CryptoInit,
    -6: Clock,
    -7: Internal,
    -8: NotBuilt,
    -100: Encoding,
    -101: Armor,
    -102: ArmorKind,
    -200: UnsupportedAlgorithm,
    -201: WeakPoint,
    -300: Malformed,
    -301: Truncated,
    -302: NoData,
    -303: Modified,
    -304: Unprotected,
    -305: UnsupportedVersion,
    -306: CriticalPacket,
    -307: ExpectedText,
    -308: Policy,
    -309: PolicyText,
    -310: Cleartext,
    -311: LimitsText,
    -400: CannotDecrypt,
    -401: WrongPassword,
    -402: KeyLocked,
    -403: KeyExpired,
    -404: KeyRevoked,
    -405: KeyInvalid,
    -406: CannotEncrypt,
    -407: CannotSign,
    -408: NotACert,
    -409: NotAKey,
    -410: KeyTampered,
    -411: SecretAbsent,
    -412: UserIdNoMatch,
    -413: CannotCertify,
    -414: OtherCert,
    -415: Token,
    -500: NoRecipient,
    -501: NoSigner,
    -502: Incompatible,
    -503: SizeMismatch,
    -504: NeedsRewind,
    -505: InputChanged,
    -506: NoGoodSignature,
    -601: LimitHeldPlaintext,
    -602: LimitPlaintextSize,
    -603: LimitCompressionRatio,
    -604: LimitNesting,
    -605: LimitMessagePackets,
    -606: LimitPacketSize,
    -607: LimitSessionKeyPackets,
    -608: LimitMessageSignatures,
    -609: LimitCertSignatures,
    -610: LimitCertComponents,
    -611: LimitRingCerts,
    -612: LimitArgon2MemoryKib,
    -613: LimitArgon2Work,
    -614: LimitPasswordTries,
    -615: LimitHiddenRecipientTries,
    -616: LimitArmorHeaderSize,
    -617: LimitReportEntries,
    -1000: OtpUri,
    -1001: OtpSecret,
    -1002: OtpParameter,
    -1003: OtpMigration,
    -1004: OtpText,
    -1005: OtpState,
    -1006: OtpStateVersion,
    -1007: OtpStateKey,
    -1008: OtpStateSeal,
    -1009: OtpNotEnrolled,
    -1010: OtpTooMany,
    -1011: OtpNoSuchEntry,
    -1012: OtpNotStored,
    -1100: MailauthAddress,
    -1101: MailauthText,
    -1102: MailauthQuestion,
    -1103: MailauthRecord,
    -1104: MailauthField,
    -1105: MailauthUntrusted,
    -1106: MailauthKey,
    -1107: MailauthNoKey,
    -1108: MailauthFrom,
    -1109: MailauthMessage,
    -1110: MailauthChain,
    -1111: MailauthReport,
    -1112: MailauthReportIncomplete,
    -1113: MailauthReportDomain,
    -1114: MailauthSuffixes,
    -1200: DnsDriver,
    -1201: DnsSetting,
    -1202: DnsConfig,
    -1203: DnsAnchor,
    -1204: DnsName,
    -1205: DnsRecord,
    -1206: DnsBusy,
    -1207: DnsQuery,
    -1208: DnsCancelled,
}
