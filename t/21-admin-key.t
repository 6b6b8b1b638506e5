# "headwater key create | list | revoke".

use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Digest::SHA qw(sha256);
use Headwater::Lab;
use Test::More;

my $lab      = Headwater::Lab->new(parts => ['database']);
my $dbh      = $lab->dbh;
my $operator = $lab->operator;
my $rfc_3339 = qr/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\z/;

my $team = $operator->run(qw(team create --name T --plan free))->{team}{id};
my $user = $operator->run(qw(user create --name U --email u@example.com --team), $team)->{user}{id};
is_deeply $operator->run(qw(key list --team), $team), { keys => [] }, 'at first there is no key';

my $key = $operator->run(qw(key create --user), $user)->{key};
like $key->{secret}, qr/\Ahw_live_\Q$key->{publicId}\E[0-9A-Za-z]{42}\z/, 'the form of the secret';
like $key->{publicId}, qr/\A[0-9A-Za-z]{8}\z/, 'the form of the public id';
is $key->{userId}, $user, 'of this user';

my $row = $dbh->selectrow_hashref('SELECT * FROM api_key WHERE public_id = ?', undef,
    $key->{publicId});
is $row->{key_hash}, sha256($key->{secret}), 'the SHA-256 is stored';
is $row->{team_id}, $team, 'and the team';
ok !grep({ defined && index($_, $key->{secret}) >= 0 } values %$row), 'and the secret is not';

my ($status, $out) = $operator->try(qw(key create --name Robot --user), $user);
like $out, qr/^secret +hw_live_\w+$/m, 'people see the secret';
like $out, qr/stored nowhere and is not shown again/, 'and are told to keep it';
my ($robot) = $out =~ /^key +(\w+)$/m;

my $keys = $operator->run(qw(key list --team), $team)->{keys};
is scalar(@$keys), 2, 'the list has both';
my ($first) = grep { $_->{publicId} eq $key->{publicId} } @$keys;
is_deeply [sort keys %$first], [sort qw(publicId userId name createdAt lastUsedAt revokedAt)],
    'public things only';
like $first->{createdAt}, $rfc_3339, 'made at';
is_deeply [@$first{qw(lastUsedAt revokedAt)}], [undef, undef], 'not used, not revoked';

my $ended = $operator->run(qw(key revoke), $key->{publicId})->{key};
is $ended->{publicId}, $key->{publicId}, 'revoked';
like $ended->{revokedAt}, $rfc_3339, 'at a time';
($first) = grep { $_->{publicId} eq $key->{publicId} }
    $operator->run(qw(key list --team), $team)->{keys}->@*;
is $first->{revokedAt}, $ended->{revokedAt}, 'the list says so';

($status, undef, my $err) = $operator->try(qw(key revoke), $key->{publicId});
is $status, 1, 'once is enough';
like $err, qr/There is no live key $key->{publicId}/, 'and the sentence says so';
($status, undef, $err) = $operator->try(qw(key revoke), $key->{secret});
is $status, 2, 'a whole key is no public id';
unlike $err, qr/hw_live_\w/, 'and is not repeated';
($row) = $dbh->selectrow_hashref('SELECT * FROM api_key WHERE public_id = ?', undef, $robot);
is $row->{revoked_at}, undef, 'the other key lives on';

($status, undef, $err) = $operator->try(qw(key create --user 999999));
is $status, 1, 'no such user';
like $err, qr/There is no user 999999; `headwater user create` makes one/, 'says what to do';
($status, undef, $err) = $operator->try(qw(key list --team 999999));
is $status, 1, 'no such team';
like $err, qr/There is no team 999999/, 'says so';

(undef, my $table) = $operator->try(qw(key list --team), $team);
my @lines = split /\n/, $table;
is scalar(@lines), 3, 'people get a table with a heading';
my @starts = map { index $lines[0], $_ } qw(KEY USER NAME CREATED REVOKED);
for my $line (@lines) {
    ok !grep({ substr($line, $_ - 1, 2) !~ /\A \S/ } @starts[1 .. 3]), 'with aligned columns';
}
unlike $table, qr/hw_live/, 'without secrets';

$lab->stop;
done_testing;
