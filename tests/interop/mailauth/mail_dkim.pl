#!/usr/bin/perl
# SPDX-License-Identifier: LGPL-2.1-or-later
# The other side of test_peers.py: one operation of Mail::DKIM. The operation's words are arguments;
# the DNS is a JSON file, the mail comes on standard input, results leave as lines of text.
use strict;
use warnings;
use JSON;
use Mail::DKIM::ARC::Signer;
use Mail::DKIM::ARC::Verifier;
use Mail::DKIM::PrivateKey;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;

my ( $operation, $dns_file, $domain, $selector, $key_file, $method, $now ) = @ARGV;

sub slurp {
    my ($file) = @_;
    local $/ = undef;
    return <$file>;
}

open my $file, '<', $dns_file or die "$dns_file: $!\n";
my $dns = decode_json( slurp($file) );
binmode STDIN;
binmode STDOUT;
my $mail = slurp(*STDIN);

# The same as the module's own, with records from the file.
{
    no warnings 'redefine';
    *Mail::DKIM::DNS::query = sub {
        my ($name) = @_;
        my $records = $dns->{ lc $name }{TXT} or return ();
        return map { Answer->new( ref $_ ? @$_ : $_ ) } @$records;
    };
    *Mail::DKIM::DNS::query_async = sub {
        my ( $name, $type, %more ) = @_;
        my @answer = Mail::DKIM::DNS::query($name);
        return sub { $more{Callbacks}{Success}->(@answer) };
    };
}

my $class = $operation =~ /^arc/ ? 'Mail::DKIM::ARC' : 'Mail::DKIM';

if ( $operation =~ /verify/ ) {
    my $verifier = "${class}::Verifier"->new;
    $verifier->PRINT($mail);
    $verifier->CLOSE;
    if ( $operation eq 'arc-verify' ) {
        print $verifier->result, "\n";
    }
    else {
        print $_->domain, ' ', $_->result, "\n" for $verifier->signatures;
    }
}
else {
    my $key = Mail::DKIM::PrivateKey->load( File => $key_file );
    my $signer =
      $operation eq 'arc-sign'
      ? Mail::DKIM::ARC::Signer->new(
        Algorithm => 'rsa-sha256', Chain => 'ar', Domain => $domain, SrvId => 'perl.example',
        Selector  => $selector, Key => $key, Timestamp => $now )
      : Mail::DKIM::Signer->new(
        Algorithm => 'rsa-sha256', Method => $method, Domain => $domain,
        Selector => $selector, Key => $key, Timestamp => $now );
    $signer->PRINT($mail);
    $signer->CLOSE;
    die "not signed: ", $signer->result, "\n"
      if $operation eq 'arc-sign' && $signer->result ne 'sealed';
    my $head = $operation eq 'arc-sign'
      ? join( "\r\n", $signer->as_strings )
      : $signer->signature->as_string;
    $head =~ s/\r?\n/\r\n/g;
    print $head, "\r\n", $mail;
}

package Answer;
sub new { my ( $class, @strings ) = @_; return bless {@strings ? ( strings => [@strings] ) : ()}, $class }
sub type            { return 'TXT' }
sub txtdata         { return @{ $_[0]{strings} } }
sub char_str_list   { return @{ $_[0]{strings} } }
