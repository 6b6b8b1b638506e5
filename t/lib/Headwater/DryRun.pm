package Headwater::DryRun;

# What the tests of ?validateOnly=true share: a dry run leaves every row of every table as it was
# and Stripe unasked, and tells what the same request then really does.

use v5.36;
use Digest::SHA qw(sha256_hex);
use Exporter qw(import);
use Headwater::Streams qw(answer_created);
use Test::More;

our @EXPORT_OK = qw(dry_run foretold rows_digest known_before);

# When a key was last used is noted for whatever it is used for.
my %LEFT_OUT = (api_key => { last_used_at => 1 });

# All rows of all tables, and the next id of each: { table => digest }.
sub rows_digest ($lab) {
    my $dbh    = $lab->dbh;
    my $tables = $dbh->selectall_arrayref(q{SELECT table_name, auto_increment
        FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'});
    my %digest;
    for my $table (@$tables) {
        my ($name, $next) = @$table;
        my $columns = $dbh->selectcol_arrayref('SELECT column_name FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = ?', undef, $name);
        my $rows = $dbh->selectall_arrayref("SELECT "
            . join(', ', grep { !$LEFT_OUT{$name}{$_} } @$columns) . " FROM $name");
        my @lines = sort map { Mojo::JSON::encode_json($_) } @$rows;
        $digest{$name} = sha256_hex(join "\n", $next // '-', @lines);
    }
    return \%digest;
}

# A dry run, in which nothing may change and nobody may be paid. Returns the response.
sub dry_run ($lab, $what, $client, $body, %headers) {
    my $stripe   = $lab->stripe->requests->{total};
    my $before   = rows_digest($lab);
    my $response = $client->validate_stream($body, %headers);
    is_deeply rows_digest($lab), $before, "$what: no row of any table changes";
    is $lab->stripe->requests->{total}, $stripe, "$what: Stripe is not asked";
    is $response->headers->location, undef, "$what: no Location";
    is $response->headers->header('Idempotent-Replayed'), undef, "$what: no replay";
    return $response;
}

# A stream without what only its create can know. $default_slot: nor what comes from its id.
sub known_before ($stream, $default_slot) {
    my %known = %$stream;
    my $new   = $known{segments}[0]{segmentCreated};
    my (@accounts, @pairs);
    for my $i (0 .. $known{accounts}->$#*) {
        my %account = $known{accounts}[$i]->%*;
        my %pair    = $known{pairs}[$i]->%*;
        delete $pair{pairId};
        delete $_->{accountId} for $account{accountCreated} ? (\%account, \%pair) : ();
        delete $pair{segmentId} if $new;
        push @accounts, \%account;
        push @pairs,    \%pair;
    }
    my %segment = $known{segments}[0]->%*;
    delete @segment{qw(segmentId userFacingId)} if $new;
    delete @known{qw(id status createdAt)};
    delete @known{qw(syncTimes nextSyncAt)} if $default_slot;
    return { %known, accounts => \@accounts, segments => [\%segment], pairs => \@pairs };
}

# The dry run of a body, and then its create, which must do what was foretold, at Stripe too.
# Returns what the dry run said and the stream.
sub foretold ($lab, $what, $team, $body) {
    my $client = $lab->client($team);
    my $said   = dry_run($lab, $what, $client, $body);
    is $said->code, 200, "$what: foretold" or diag $said->body;
    my $before = $team->{subscription} ? $lab->seat_changes($team) : 0;
    my $stream = answer_created("$what: created", $client->post_stream($body));
    my %known  = (known_before($stream, !$body->{syncTimes})->%*,
        validateOnly => Mojo::JSON::true(), billing => [billing_of($lab, $team, $before)]);
    is_deeply $said->json, \%known, "$what: as foretold";
    return ($said->json, $stream);
}

# What changed at Stripe since there were $before changes, as a dry run would have said it.
sub billing_of ($lab, $team, $before) {
    return if !$team->{subscription};
    my %tier    = reverse $team->{items}->%*;
    my @changes = $lab->seat_changes($team);
    return map {
        +{ tier => $tier{ $_->{item} }, quantityBefore => $_->{from}, quantityAfter => $_->{to} }
    } @changes[$before .. $#changes];
}

1;
