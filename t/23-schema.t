# The schema defends itself: what the program must never store is refused by the tables as well.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Files qw(file_read);
use Headwater::Lab;
use Test::More;

my $top = "$FindBin::Bin/..";
my $lab = Headwater::Lab->new(parts => ['database']);
my $dbh = $lab->dbh;
$dbh->do(q{SET sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00'});

my ($CHECK, $NO_PARENT, $DUPLICATE, $NO_VALUE) = (4025, 1452, 1062, 1265);

# Team data without a team_id of its own: they hang on a row that has one, and go with it. All
# others without one hold no team's data.
my @HANGING = qw(segment_label stream_slot);
my @SHARED  = qw(label label_alias label_category reconciler schema_migration team tier x_profile);

sub column ($query, @values) { return $dbh->selectcol_arrayref($query, undef, @values)->@* }

subtest 'how tables are made' => sub {
    my $text = join '', map { file_read($_) } glob("$top/sql/migrations/*.sql"),
        "$top/sql/statements/schema_migration.sql";
    my %made = $text =~ /^CREATE TABLE IF NOT EXISTS (\w+) \((.*?;)$/msg;
    is_deeply [sort keys %made], [sort(column('SHOW TABLES'))], 'all are found';
    like $made{$_}, qr/^\) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;\z/m,
        "$_ states engine, character set and collation" for sort keys %made;
};

subtest 'whose rows they are' => sub {
    is_deeply [sort(column(q{SELECT table_name FROM information_schema.tables t
        WHERE table_schema = DATABASE() AND NOT EXISTS (
            SELECT 1 FROM information_schema.columns c WHERE c.table_schema = t.table_schema
               AND c.table_name = t.table_name AND c.column_name = 'team_id')}))],
        [sort @HANGING, @SHARED], 'every table with team data has team_id';
    my $keys = $dbh->selectall_arrayref(q{SELECT k.constraint_name, k.table_name,
            k.referenced_table_name, GROUP_CONCAT(k.column_name ORDER BY k.ordinal_position)
        FROM information_schema.key_column_usage k
        WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL
        GROUP BY k.constraint_name, k.table_name, k.referenced_table_name});
    my %without_team = map { $_ => 1 } @HANGING, @SHARED;
    for my $key (grep { !$without_team{$_->[1]} && !$without_team{$_->[2]} } @$keys) {
        like $key->[3], qr/\Ateam_id,/, "$key->[0] stays within a team";
    }
};

# ---- rows ----

# Inserts a row; returns its id.
sub add ($table, %row) {
    my @names = sort keys %row;
    $dbh->do("INSERT INTO `$table` (" . join(', ', @names) . ') VALUES ('
        . join(', ', ('?') x @names) . ')', undef, @row{@names});
    return $dbh->last_insert_id(undef, undef, undef, undef);
}

sub refused ($errno, $name, $table, %row) {
    my $done = eval { local $dbh->{PrintError} = 0; add($table, %row); 1 };
    ok !$done, "refused: $name";
    is $dbh->err, $errno, "... by the right rule" or diag $dbh->errstr // 'not refused';
    return;
}

my $now = '2026-11-23 08:00:00';
my $hex = sub ($letter) { $letter x 16 };
my @all = (created_at => $now);

my %team    = (name => 'T', plan => 'free', @all);
my %account = (x_user_id => 1, handle => 'a', tier => 'starter', state => 'active',
    activated_at => $now, @all);
my %segment = (description => 'D', gender_values => '', follower_count_tiers => '', @all);
my %stream  = (name => 'S', status => 'active', billing_version => 0, segment_created => 0,
    pair_count => 1, timezone => 'UTC', auto_enrich_linkedin => 0, auto_enrich_email => 0,
    email_mode => 'any', delivery_destination => 'leads_only', @all);

my @team = map { add('team', %team) } 1, 2;
my @own    = (team_id => $team[0]);
my @other  = (team_id => $team[1]);
my $user   = add('user',            @own, name => 'U', email => 'u@example.com', @all);
my $mine   = add('tracked_account', @own, %account);
my $their  = add('tracked_account', @other, %account);
my $seg    = add('segment',         @own, %segment);
my $alien  = add('segment',         @other, %segment);
my $stream = add('stream', @own, %stream, segment_id => $seg, run_id => $hex->('a'));
my $second = add('stream', @own, %stream, segment_id => $seg, run_id => $hex->('b'));
my @pair   = (account_origin => 'known');
add('pair', @own, @pair, stream_id => $stream, account_id => $mine);
add('stream_slot', stream_id => $stream, slot => 95);
my %key = (request_hash => 'h' x 32, owner => $hex->('o'), locked_until => $now, @all);
my %item = (tier => 'starter', stripe_item_id => 'si_1');
add('idempotency_key', @own, %key, idempotency_key => 'k', state => 'started');
add('billing', @own, %item);
add('team', %team, plan => 'paid', subscription_status => 'active',
    stripe_subscription_id => 'sub_1');

subtest 'checks' => sub {
    refused($CHECK, 'a paid team without a subscription', team => %team, plan => 'paid');
    refused($CHECK, 'a paid team without a status', team => %team, plan => 'paid',
        stripe_subscription_id => 'sub_2');
    refused($CHECK, 'a cap of nothing', tier => tier => 'free', stream_cap => 0);
    refused($CHECK, 'a counter beyond all caps', tracked_account => @own, %account,
        x_user_id => 2, automated_streams => 1001);
    refused($CHECK, 'an active account that never became it', tracked_account => @own, %account,
        x_user_id => 2, activated_at => undef);
    my @new = (@own, %stream, segment_id => $seg, run_id => $hex->('c'));
    refused($CHECK, "a stream of $_ pairs", stream => @new, pair_count => $_) for 0, 51;
    refused($CHECK, 'a webhook without a URL', stream => @new,
        delivery_destination => 'leads_plus_webhook');
    refused($CHECK, 'an archived stream at work', stream => @new, is_archived => 1);
    refused($CHECK, 'a quarter-hour after midnight', stream_slot => stream_id => $stream,
        slot => 96);
    my @bill = (@own, tier => 'growth', stripe_item_id => 'si_2');
    refused($CHECK, 'applied before it was desired', billing => @bill, applied_version => 1);
    refused($CHECK, 'half an attempt', billing => @bill, attempt_key => 'k');
    my @claim = (@own, %key, idempotency_key => 'l');
    refused($CHECK, 'a finished key without an answer', idempotency_key => @claim,
        state => 'finished');
    refused($CHECK, 'an answer before the end', idempotency_key => @claim, state => 'started',
        status => 201, body => '{}');
    refused($CHECK, 'a reserved key without a stream', idempotency_key => @claim,
        state => 'reserved');
    refused($NO_VALUE, 'a state that is none', tracked_account => @own, %account, x_user_id => 2,
        state => 'gone');
    ok !eval { $dbh->do('UPDATE tracked_account SET automated_streams = automated_streams - 1');
        1 }, 'refused: a counter below zero';
};

subtest 'rows of another team' => sub {
    refused($NO_PARENT, 'a key of its user', api_key => @other, user_id => $user,
        public_id => 'AAAAAAAA', key_hash => 'h' x 32, name => 'K', @all);
    refused($NO_PARENT, 'a stream on its segment', stream => @own, %stream,
        segment_id => $alien, run_id => $hex->('c'));
    refused($NO_PARENT, 'a pair with its account', pair => @own, @pair, stream_id => $second,
        account_id => $their);
    refused($NO_PARENT, 'a pair in its stream', pair => @other, @pair, stream_id => $second,
        account_id => $their);
    my @nobody = (team_id => 999_999);
    refused($NO_PARENT, "no team: $_->[0]", @$_) for
        [user => @nobody, name => 'U', email => 'v@example.com', @all],
        [tracked_account => @nobody, %account], [segment => @nobody, %segment],
        [billing => @nobody, %item, stripe_item_id => 'si_9'];
};

subtest 'what there is once' => sub {
    refused($DUPLICATE, 'a subscription of two teams', team => %team, plan => 'paid',
        subscription_status => 'active', stripe_subscription_id => 'sub_1');
    refused($DUPLICATE, 'an address in capitals', user => @other, name => 'U',
        email => 'U@EXAMPLE.COM', @all);
    refused($DUPLICATE, 'an account twice in a team', tracked_account => @own, %account);
    refused($DUPLICATE, 'two streams of one run', stream => @own, %stream, segment_id => $seg,
        run_id => $hex->('a'));
    refused($DUPLICATE, 'a pair twice', pair => @own, @pair, stream_id => $stream,
        account_id => $mine);
    refused($DUPLICATE, 'a slot twice', stream_slot => stream_id => $stream, slot => 95);
    refused($DUPLICATE, 'a tier billed twice', billing => @own, %item, stripe_item_id => 'si_2');
    refused($DUPLICATE, 'a Stripe item twice', billing => @other, %item);
    refused($DUPLICATE, 'an Idempotency-Key twice', idempotency_key => @own, %key,
        idempotency_key => 'k', state => 'started');
    add('idempotency_key', @own, %key, idempotency_key => $_, state => 'started') for 'K', 'k ';
    pass 'but a key in another case, or with a space behind it, is another key';
    add('idempotency_key', @other, %key, idempotency_key => 'k', state => 'started');
    pass 'and so is the key of another team';
};

subtest 'what goes with a stream' => sub {
    $dbh->do('DELETE FROM stream WHERE id = ?', undef, $stream);
    is_deeply [column('SELECT COUNT(*) FROM pair'), column('SELECT COUNT(*) FROM stream_slot')],
        [0, 0], 'its pairs and slots';
    ok !eval { $dbh->do('DELETE FROM segment WHERE id = ?', undef, $seg); 1 },
        'but a segment in use stays';
};

$dbh->do("DELETE FROM $_") for qw(stream tracked_account idempotency_key billing);
$lab->stop;
done_testing;
