package Sandbox::ScrapeBadger;

# ScrapeBadger's user look-up: routes, key check, rate and credit headers, and what a look-up says.

use strict;
use warnings;
use feature 'signatures';

use Sandbox::Answer;
use Sandbox::Clock;
use Sandbox::Faults;
use Sandbox::Options;
use Sandbox::Requests;
use Sandbox::ScrapeBadger::Accounts;
use Sandbox::ScrapeBadger::Garble;
use Sandbox::ScrapeBadger::Magic;
use Sandbox::ScrapeBadger::Profile;
use Sandbox::ScrapeBadger::Refusal;

my $CREDITS = 1_000_000_000;
my $HANDLE  = qr/\A\w{1,20}\z/a;

my %OPTIONS = (
    id_as_number          => ['bool', 0],
    counts_as_string      => ['bool', 0],
    protected_null        => ['bool', 0],
    protected_absent      => ['bool', 0],
    no_rate_headers       => ['bool', 0],
    huge_body             => ['bool', 0],
    slow_body_ms          => ['count', 0],
    latency_ms            => ['count', 0],
    slow_ms               => ['count', 3000],
    batch_reorder         => ['bool', 1],
    batch_max             => ['count', 100],
    batch_null            => ['bool', 0],
    error_key             => [ ['detail', 'error'], 'detail' ],
    rate_limit_per_minute => ['count', 300],
    enforce_rate_limit    => ['bool', 0],
    limited_retry_after_s => ['int_or_null', 2],
    limited_reset_in_s    => ['int_or_null', 2],
    credits_balance       => ['count', $CREDITS],
);

sub new ($class) {
    my $clock   = Sandbox::Clock->new;
    my $options = Sandbox::Options->new(%OPTIONS);
    my $kinds   = {};
    for my $name (Sandbox::ScrapeBadger::Refusal::kind_names()) {
        $kinds->{$name} =
            sub ($) { Sandbox::ScrapeBadger::Refusal::fields_build($name, $options, $clock) };
    }
    return bless {
        clock    => $clock,
        options  => $options,
        faults   => Sandbox::Faults->new(methods => ['*'], kinds => $kinds),
        requests => Sandbox::Requests->new($clock),
        accounts => Sandbox::ScrapeBadger::Accounts->new,
        window   => {},
    }, $class;
}

sub name ($self) { return 'scrapebadger' }

sub reset ($self) {
    $self->{accounts}->reset;
    $self->{window} = {};
    return;
}

sub control_routes ($self) {
    my $accounts = $self->{accounts};
    return (
        'POST /rename' => sub ($exchange, $) {
            my $given = $exchange->json;
            Sandbox::ScrapeBadger::Profile::write_json(
                $accounts->rename(@$given{qw(from to reused)}), $self->{options});
        },
        'GET /accounts/{rest}' => sub ($, $handle) {
            my $account = $accounts->find($handle) or return;
            Sandbox::ScrapeBadger::Profile::write_json($account, $self->{options});
        },
    );
}

# One request: what is asked, the fault ordered for it if any, the answer, the headers all get.
sub serve ($self, $exchange) {
    $self->{requests}->add($exchange);
    my $options = $self->{options};
    my $asked   = asked_read($exchange);
    my $fault   = $self->{faults}->take($exchange->method, $exchange->path, @{ $asked->{handles} });
    $exchange->record->{fault} = $fault->{id} if $fault;
    $fault //= {};
    my $answer = Sandbox::Answer->from_fault($fault, \&Sandbox::ScrapeBadger::Refusal::status_body);
    $answer //= $self->answer_find($exchange, $asked)->add_headers($fault->{headers});
    $self->headers_add($answer, $exchange, $asked->{items} // 1);
    $answer->{drip_ms} = $options->get('slow_body_ms');
    my $wait_ms = $options->get('latency_ms') + ($fault->{delay_ms} // 0);
    $exchange->after($wait_ms, sub { $exchange->deliver($answer, $fault) });
    return;
}

# The route and what it names: {route, handles => [...] or ids => [...]}.
sub asked_read ($exchange) {
    my $path = $exchange->path;
    if ($path =~ m{\A/v1/twitter/users/([^/]+)/by_(username|id)\z}) {
        return { route => 'single', handles => [$1] } if $2 eq 'username';
        return { route => 'single', handles => [], ids => [$1] };
    }
    if ($path =~ m{\A/v1/twitter/users/batch_by_(usernames|ids)\z}) {
        my $name  = $1 eq 'ids' ? 'user_ids' : 'usernames';
        my @given = grep { length } split /,/, $exchange->query->{$name} // '';
        return { route => 'batch', parameter => $name, handles => $1 eq 'ids' ? [] : \@given,
            ids => $1 eq 'ids' ? \@given : undef };
    }
    return { route => $path eq '/v1/account/me' ? 'account' : 'none', handles => [] };
}

sub answer_find ($self, $exchange, $asked) {
    return Sandbox::Answer->json(404, { detail => 'Not Found' }) if $asked->{route} eq 'none';
    return Sandbox::Answer->json(405, { detail => 'Method Not Allowed' }, Allow => 'GET')
        if $exchange->method ne 'GET';
    my $key = $exchange->header('x-api-key') // $exchange->query->{api_key} // '';
    return $self->refuse('unauthorized') if $key !~ /\Asb_./;
    return $self->account_me if $asked->{route} eq 'account';
    return $self->refuse('limited') if !$self->rate_allows($key);
    return $self->refuse('no_credits') if $self->{options}->get('credits_balance') < 1;
    return $self->batch($asked) if $asked->{route} eq 'batch';
    return $self->single($asked);
}

sub refuse ($self, $name) {
    my $fields = Sandbox::ScrapeBadger::Refusal::fields_build($name, @$self{qw(options clock)});
    return Sandbox::Answer->from_fault($fields, undef);
}

sub single ($self, $asked) {
    my ($given) = ($asked->{ids} // $asked->{handles})->@*;
    my $by = $asked->{ids} ? 'user_id' : 'username';
    my $form = $asked->{ids} ? qr/\A\d{1,20}\z/a : $HANDLE;
    return invalid(['path', $by]) if $given !~ $form;
    my $handle = $asked->{ids} ? $self->{accounts}->find_handle($given) : $given;
    return Sandbox::Answer->json(404, { detail => 'User not found' }) if !defined $handle;
    my $found = $self->look_up($handle);
    return $self->failure($found, $found->{user}) if $found->{failure};
    return Sandbox::Answer->json(404, { detail => $found->{detail} }) if !$found->{user};
    $asked->{items} = 1;
    my $answer = Sandbox::Answer->json(200, $found->{user});
    $answer->{delay_ms} = $found->{slow_ms};
    return $answer;
}

# Missing and suspended users are left out; one failing look-up fails the whole batch.
sub batch ($self, $asked) {
    my @given = @{ $asked->{ids} // $asked->{handles} };
    return invalid(['query', $asked->{parameter}])
        if !@given || @given > $self->{options}->get('batch_max');
    @given = grep { defined } map { $self->{accounts}->find_handle($_) } @given if $asked->{ids};
    my (%seen, @users, $failed, $slow_ms);
    for my $handle (grep { !$seen{ lc $_ }++ } @given) {
        my $found = $self->look_up($handle);
        $failed //= $found if $found->{failure};
        $slow_ms = $found->{slow_ms} if ($found->{slow_ms} // 0) > ($slow_ms // 0);
        push @users, $found->{user} if $found->{user};
    }
    @users = reverse @users if $self->{options}->get('batch_reorder');
    $asked->{items} = @users;
    return $self->failure($failed, { data => \@users }) if $failed;
    my $data   = @users || !$self->{options}->get('batch_null') ? \@users : undef;
    my $answer = Sandbox::Answer->json(200, { data => $data });
    $answer->{delay_ms} = $slow_ms;
    return $answer;
}

# {user} for a live account, {detail} for a 404, {failure} for a look-up that goes wrong.
sub look_up ($self, $handle) {
    my $magic   = Sandbox::ScrapeBadger::Magic::read_handle($handle);
    my $case    = $magic->{case};
    return { detail => 'User not found' } if $case eq 'missing' || $handle !~ $HANDLE;
    my $account = $self->{accounts}->find($handle);
    return { detail => 'User not found' } if !$account;
    return { detail => 'User is suspended' } if $case eq 'suspended';
    return { failure => $case } if $case eq 'broken' || $case eq 'limited';
    my $user = Sandbox::ScrapeBadger::Profile::write_json($account, $self->{options});
    return { failure => $case, garble => $magic->{garble}, user => $user } if $case eq 'garbled';
    my $slow_ms = $magic->{slow} ? $magic->{slow_ms} // $self->{options}->get('slow_ms') : undef;
    return { user => $user, slow_ms => $slow_ms };
}

# $good: the reply that would have been right, for a garbled one to spoil.
sub failure ($self, $found, $good) {
    return $self->refuse('limited') if $found->{failure} eq 'limited';
    return Sandbox::ScrapeBadger::Garble::answer_build($found->{garble}, $good)
        if $found->{failure} eq 'garbled';
    return Sandbox::Answer->json(500, { detail => 'Internal server error' });
}

sub invalid ($where) {
    my $fields = Sandbox::ScrapeBadger::Refusal::validation_fields($where);
    return Sandbox::Answer->from_fault($fields, undef);
}

sub account_me ($self) {
    my $balance = $self->{options}->get('credits_balance') + 0;
    return Sandbox::Answer->json(200, {
        credits_balance              => $balance,
        subscription_credits_balance => 0,
        total_credits_balance        => $balance,
        tier                         => 'basic',
        rate_limit_per_minute        => $self->{options}->get('rate_limit_per_minute') + 0,
        subscription                 => undef,
    });
}

# A sliding minute for each key; failed calls count too. Not enforced unless switched on.
sub rate_allows ($self, $key) {
    return 1 if !$self->{options}->get('enforce_rate_limit');
    my $now    = $self->{clock}->now;
    my $window = $self->{window}{$key} //= [];
    shift @$window while @$window && $window->[0] <= $now - 60;
    push @$window, $now;
    return @$window <= $self->{options}->get('rate_limit_per_minute');
}

# Rate headers and the charge: one credit and one for each user sent; refusals are free.
sub headers_add ($self, $answer, $exchange, $items) {
    my $options = $self->{options};
    my $charge  = $answer->{status} == 200 && $exchange->path ne '/v1/account/me' ? 1 + $items : 0;
    my $balance = $options->get('credits_balance') - $charge;
    $options->put({ credits_balance => $balance > 0 ? $balance : 0 }) if $charge;
    my $headers = $answer->{headers};
    $headers->{'X-Credits-Used'} //= $charge;
    return if $options->get('no_rate_headers');
    my $limit = $options->get('rate_limit_per_minute');
    my $used  = 1;
    if ($options->get('enforce_rate_limit')) {
        my $key = $exchange->header('x-api-key') // $exchange->query->{api_key} // '';
        $used = @{ $self->{window}{$key} // [] };
    }
    $headers->{'X-RateLimit-Limit'}     //= $limit;
    $headers->{'X-RateLimit-Remaining'} //= $limit > $used ? $limit - $used : 0;
    $headers->{'X-RateLimit-Reset'}     //= $self->{clock}->now + 60;
    return;
}

1;
