# The double of ScrapeBadger does what t/sandbox/README.md says.

use strict;
use warnings;
use feature 'signatures';

use Errno qw(ECONNRESET);
use File::Temp qw(tempdir);
use FindBin;
use IO::Socket::INET;
use lib "$FindBin::Bin/sandbox/lib";
use Test::More;
use Time::HiRes qw(time);

BEGIN {
    plan skip_all => 'needs libmojolicious-perl' if !eval { require Mojo::UserAgent; 1 };
}
use Mojo::JSON qw(decode_json true false);
use Mojo::Promise;
use Sandbox::Launcher;

my $dir    = tempdir(CLEANUP => 1);
my $double = Sandbox::Launcher->start('scrapebadger', $dir);
my $agent  = Mojo::UserAgent->new(request_timeout => 10);
my %auth   = ('x-api-key' => 'sb_live_0123456789abcdef');

my $BATCH = '/v1/twitter/users/batch_by_usernames';

sub get ($path, %headers) {
    return $agent->get($double->url . $path, %headers ? \%headers : \%auth)->res;
}
sub user    ($handle)  { return get("/v1/twitter/users/$handle/by_username") }
sub by_id   ($id)      { return get("/v1/twitter/users/$id/by_id") }
sub batch   (@handles) { return get("$BATCH?usernames=" . join ',', @handles) }
sub options (%options) { return $double->control(PUT => 'options', \%options) }
sub fault   (%fault)   { return $double->control(POST => 'faults', \%fault) }
sub reset_all ()       { return $double->control(POST => 'reset') }

# What comes over the wire for a look-up until the connection ends, and the error it ends with.
sub wire ($handle) {
    my $socket = IO::Socket::INET->new("127.0.0.1:" . $double->port) or die $@;
    print {$socket} "GET /v1/twitter/users/$handle/by_username HTTP/1.1\r\n",
        "Host: localhost\r\nx-api-key: $auth{'x-api-key'}\r\n\r\n";
    my $bytes = '';
    my $got;
    1 while $got = sysread $socket, $bytes, 65_536, length $bytes;
    return ($bytes, defined $got ? '' : $!{ECONNRESET} ? 'reset' : "$!");
}

subtest 'any handle is a stable public account' => sub {
    my $response = user('YongFook');
    is $response->code, 200, 'found';
    like $response->body, qr/"id":"1790377514066158527"/, 'the id, a string, same everywhere';
    my $user = $response->json;
    is $user->{username}, 'yongfook', 'lower case is the canonical one';
    ok $user->{id} > 2**53, 'above 2^53';
    is $user->{protected}, false, 'public';
    is $user->{created_at}, 'Tue May 14 13:43:57 +0000 2024', 'created_at';
    ok !exists $user->{data}, 'not wrapped';
    is_deeply user('yongfook')->json, $user, 'whatever the letter case';
    is_deeply by_id($user->{id})->json, $user, 'the same by id';
    is by_id('1234567890123456789')->code, 404, 'an id never handed out';
    is user('Cased_foo')->json->{username}, 'Cased_Foo', 'cased_ has capitals';
    is $double->control(GET => 'accounts/yongfook')->{id}, $user->{id}, 'the control API knows it';
};

subtest 'names that play a case' => sub {
    is_deeply user('missing_a')->json, { detail => 'User not found' }, 'missing';
    is user('missing_a')->code,   404, 'missing is 404';
    is user('SUSPENDED_a')->code, 404, 'suspended is 404';
    is user('broken_a')->code,    500, 'broken is 500';
    my $private = user('pRoTected_ann')->json;
    is $private->{protected}, true, 'protected';
    is $private->{username}, 'Protected_Ann', 'with a case of its own';
    my $limited = user('limited_a');
    is $limited->code, 429, 'limited is 429';
    is $limited->headers->header('Retry-After'), 2, 'with Retry-After';
    is $limited->json->{reset_at}, $limited->headers->header('X-RateLimit-Reset'), 'and reset_at';
    my $start = time;
    is user('slow_3_a')->json->{username}, 'slow_3_a', 'slow_N_ answers';
    ok time - $start >= 0.3, 'after N times 100 ms';
    options(slow_ms => 150);
    $start = time;
    is user('slow_a')->code, 200, 'slow_ answers';
    ok time - $start >= 0.15, 'after slow_ms';
    is user('a-b')->code, 422, 'what is no handle is refused';
    ok ref user('a-b')->json->{detail}, 'with a list of details';
    reset_all();
};

subtest 'garbled replies' => sub {
    my %check = (
        html  => sub ($r) { $r->headers->content_type eq 'text/html' },
        cut   => sub ($r) { $r->body =~ /\A\{"/ && !defined $r->json },
        empty => sub ($r) { $r->body eq '{}' },
        blank => sub ($r) { $r->body eq '' },
        error => sub ($r) { $r->json->{error} },
        noid  => sub ($r) { !exists $r->json->{id} && $r->json->{username} },
        badid => sub ($r) { length $r->json->{id} == 30 },
        other => sub ($r) { $r->json->{username} eq 'x_other' },
        list  => sub ($r) { ref $r->json eq 'ARRAY' },
    );
    for my $variant (sort keys %check) {
        my $response = user("garbled_${variant}_1");
        ok $response->code == 200 && $check{$variant}->($response), $variant;
    }
    is user('garbled_x')->body, user('garbled_x')->body, 'without variant: always the same';
    is batch('abc', 'garbled_html_1')->headers->content_type, 'text/html', 'a batch with one';
    is_deeply batch('abc', 'garbled_empty_')->json, {}, 'in the same way';
};

subtest 'batch' => sub {
    my $data = batch('anna', 'missing_b', 'suspended_b', 'BEN', 'ben')->json->{data};
    my @names = map { $_->{username} } @$data;
    is_deeply \@names, ['ben', 'anna'], 'drops the unknown, merges the same, changes the order';
    options(batch_reorder => false);
    is batch('anna', 'ben')->json->{data}[0]{username}, 'anna', 'or keeps the order';
    is batch('anna', 'broken_b')->code,  500, 'broken fails the whole batch';
    is batch('anna', 'limited_b')->code, 429, 'so does limited';
    is batch('anna', 'protected_b')->json->{data}[1]{protected}, true, 'protected does not';
    my $start = time;
    is scalar @{ batch('anna', 'slow_2_b', 'slow_1_b')->json->{data} }, 3, 'slow users are in it';
    ok time - $start >= 0.2, 'after the longest delay';
    my $ids = join ',', map { user($_)->json->{id} } qw(anna ben);
    my $found = get("/v1/twitter/users/batch_by_ids?user_ids=$ids,99")->json;
    is_deeply [ map { $_->{username} } @{ $found->{data} } ], ['anna', 'ben'], 'by ids';
    is get($BATCH)->code, 422, 'none given';
    is_deeply batch('missing_b')->json, { data => [] }, 'none found';
    options(batch_null => true, batch_max => 2);
    is_deeply batch('missing_b')->json, { data => undef }, 'or null';
    is batch('a', 'b', 'c')->code, 422, 'too many';
    reset_all();
};

subtest 'key, routes, headers, credits' => sub {
    my $path = '/v1/twitter/users/anna/by_username';
    is get($path, 'x-api-key' => 'wrong')->code, 401, 'another key is refused';
    my $none = get($path, accept => '*/*');
    is_deeply $none->json, { detail => 'Invalid or missing API key' }, 'no key, documented form';
    options(error_key => 'error');
    $none = get($path, accept => '*/*');
    is_deeply $none->json, { error => 'Invalid or missing API key' }, 'the other form';
    reset_all();
    is get("$path?api_key=sb_live_0000", accept => '*/*')->code, 200, 'the key in the query';
    is get('/v1/nothing')->code, 404, 'no such route';
    my $post = $agent->post($double->url . $path, \%auth)->res;
    is_deeply [ $post->code, $post->headers->header('Allow') ], [ 405, 'GET' ], 'GET only';
    my $headers = user('anna')->headers;
    is $headers->header('X-RateLimit-Limit'), 300, 'limit';
    is $headers->header('X-Credits-Used'), 2, 'a profile costs 2';
    ok $headers->header('X-RateLimit-Reset') > time, 'reset in Unix seconds';
    is batch('anna', 'ben')->headers->header('X-Credits-Used'), 3, 'a batch costs 1 and 1 each';
    is user('missing_a')->headers->header('X-Credits-Used'), 0, 'a refusal is free';
    options(credits_balance => 3);
    user('anna');
    is get('/v1/account/me')->json->{credits_balance}, 1, 'the balance falls';
    user('anna');
    is user('anna')->code, 402, 'and ends in 402';
    options(credits_balance => 100, no_rate_headers => true);
    is user('anna')->headers->header('X-RateLimit-Limit'), undef, 'no rate headers on demand';
    options(no_rate_headers => false, enforce_rate_limit => true, rate_limit_per_minute => 2);
    is_deeply [ map { user('anna')->code } 1 .. 3 ], [ 200, 200, 429 ], 'the limit, enforced';
    $double->control(PUT => 'clock', { advance_s => 60 });
    is user('anna')->code, 200, 'a minute later';
    reset_all();
};

subtest 'shapes on demand' => sub {
    options(id_as_number => true, counts_as_string => true, protected_null => true);
    my $response = user('anna');
    like $response->body, qr/"id":1\d{18},/, 'id as number';
    like $response->body, qr/"followers_count":"\d+"/, 'counts as strings';
    like $response->body, qr/"protected":null/, 'protected null';
    is user('protected_a')->json->{protected}, true, 'but not for a private one';
    like batch('anna', 'ben')->body, qr/"id":1\d{18},/, 'in a batch too';
    options(protected_absent => true);
    unlike user('anna')->body, qr/"protected"/, 'protected absent';
    options(huge_body => true);
    ok length user('anna')->body > 1_048_576, 'more than 1 MiB';
    reset_all();
    options(slow_body_ms => 400);
    my $start = time;
    is user('anna')->json->{username}, 'anna', 'a slow body is whole';
    ok time - $start >= 0.35, 'and slow';
    options(slow_body_ms => 0, latency_ms => 120);
    $start = time;
    user('anna');
    ok time - $start >= 0.12, 'latency for all';
    options(latency_ms => 0, limited_retry_after_s => undef, limited_reset_in_s => -5);
    my $limited = user('limited_a');
    is $limited->headers->header('Retry-After'), undef, '429 without Retry-After';
    ok $limited->json->{reset_at} < time, 'and a reset in the past';
    ok !eval { options(latncy_ms => 1); 1 }, 'a misspelt option is refused';
    ok !eval { options(latency_ms => 'x'); 1 }, 'so is a wrong type';
    reset_all();
};

subtest 'renamed accounts' => sub {
    my $id = user('anna')->json->{id};
    $double->control(POST => 'rename', { from => 'Anna', to => 'AnnaB' });
    is user('anna')->code, 404, 'the old name is gone';
    is user('annab')->json->{id}, $id, 'the new one has the id';
    is by_id($id)->json->{username}, 'AnnaB', 'the id has the new name';
    $double->control(POST => 'rename', { from => 'annab', to => 'annac', reused => true });
    is user('annac')->json->{id}, $id, 'renamed again';
    isnt user('annab')->json->{id}, $id, 'and the name now belongs to somebody else';
    $double->control(POST => 'rename', { from => 'protected_z', to => 'zed' });
    is user('zed')->json->{protected}, true, 'a private account stays private';
    reset_all();
    is user('anna')->json->{id}, $id, 'reset undoes it';
};

subtest 'faults' => sub {
    fault(match => '^anna$', status => 503, headers => { 'Retry-After' => 9 }, times => 2);
    is user('ben')->code, 200, 'others are not touched';
    is user('anna')->headers->header('Retry-After'), 9, 'first';
    is batch('ben', 'ANNA')->code, 503, 'second, in a batch';
    is user('anna')->code, 200, 'then gone';
    fault(raw => 'oops', status => 502);
    is user('anna')->body, 'oops', 'raw body';
    fault(body => { detail => 'x' }, status => 403);
    is_deeply user('anna')->json, { detail => 'x' }, 'JSON body';
    fault(delay_ms => 150);
    my $start = time;
    is user('anna')->json->{username}, 'anna', 'a delay only delays';
    ok time - $start >= 0.15, 'delayed';
    fault(status => 500, times => undef);
    is_deeply [ map { user('anna')->code } 1 .. 3 ], [ 500, 500, 500 ], 'until cleared';
    $double->control(DELETE => 'faults');
    is user('anna')->code, 200, 'cleared';
    fault(drop => 'before');
    is_deeply [ wire('anna') ], [ '', '' ], 'dropped before any byte';
    fault(drop => 'before', reset => true);
    is_deeply [ wire('anna') ], [ '', 'reset' ], 'reset';
    fault(drop => 'headers');
    my ($head) = wire('anna');
    like $head, qr/\AHTTP.1\.1 200 OK\r\n.*Content-Length: \d{3}\r\n\r\n\z/s, 'after the headers';
    fault(drop => 'body');
    my ($half) = wire('anna');
    like $half, qr/\r\n\r\n\{"can_dm":[^}]+\z/s, 'in the middle of the body';
};

subtest 'kinds of faults' => sub {
    my %kinds = (
        unauthorized       => 401,
        no_credits         => 402,
        restricted         => 403,
        insufficient_scope => 403,
        ip_not_allowed     => 403,
        invalid            => 422,
        limited            => 429,
        unavailable        => 503,
        unavailable_date   => 503,
    );
    for my $kind (sort keys %kinds) {
        fault(kind => $kind);
        is user('anna')->code, $kinds{$kind}, "kind $kind";
    }
    my @wrong =
        ({ statis => 1 }, { kind => 'x' }, { match => '(' }, { status => 9 }, { times => 0 });
    for my $bad (@wrong) {
        ok !eval { fault(%$bad); 1 }, 'a wrong fault is refused: ' . join ' ', %$bad;
    }
    is_deeply $double->control(GET => 'faults'), [], 'nothing left';
};

subtest 'what was received' => sub {
    reset_all();
    batch('anna', 'ben');
    my $seen = $double->control(GET => 'requests');
    is $seen->{total}, 1, 'one request; control calls do not count';
    my ($request) = @{ $seen->{requests} };
    is $request->{path}, $BATCH, 'path';
    is_deeply $request->{query}, { usernames => 'anna,ben' }, 'query';
    is $request->{headers}{'x-api-key'}, '...cdef', 'the key is masked';
    is $request->{status}, 200, 'status';
    $double->control(DELETE => 'requests');
    my @names = map { "slow_3_$_" } 1 .. 20;
    my $start = time;
    my @got;
    my @promises = map {
        $agent->get_p($double->url . "/v1/twitter/users/$_/by_username", \%auth)
            ->then(sub ($tx) { push @got, $tx->res->code })
    } @names;
    Mojo::Promise->all(@promises)->wait;
    is scalar(grep { $_ == 200 } @got), 20, 'twenty slow ones at once';
    ok time - $start < 2.5, 'together, not one after the other';
    is $double->control(GET => 'requests')->{max_in_flight}, 20, 'most in flight';
};

subtest 'starting and stopping' => sub {
    is $double->control(GET => '')->{service}, 'scrapebadger', 'health';
    my $start = time;
    is $double->stop, 0, 'SIGTERM ends it with 0';
    ok time - $start < 1, 'at once';
    my $program = "$FindBin::Bin/sandbox/scrapebadger";
    for my $listen ('0.0.0.0:0', '192.168.1.1:0', '127.0.0.1', '[::]:0', 'localhost:0') {
        my $text = qx{"$^X" "$program" --listen '$listen' 2>&1};
        is $? >> 8, 2, "refuses to listen on $listen";
        like $text, qr/--listen must/, 'and says why';
    }
    open my $log, '<', "$dir/scrapebadger.log" or die $!;
    is join('', <$log>), '', 'it has printed nothing';
};

done_testing;
