#!/usr/bin/perl
# Workers are replaced after max_requests, not all at once, and no request fails.
use v5.36;
use FindBin;
use lib "$FindBin::Bin/lib";
use Headwater::Alone;
use Test::More;

my $alone = Headwater::Alone->new(workers => 3, config => { 'server.max_requests' => 50 });
my %seen  = map { $_ => 1 } $alone->workers;
my $lost  = 0;

for my $request (1 .. 1000) {
    $lost++ if !$alone->answers;
    $seen{$_} = 1 for $alone->workers;
}
is($lost, 0, 'none of 1,000 requests failed');
cmp_ok(scalar keys %seen, '>=', 1000 / 55, 'each worker left after at most 55 requests');
cmp_ok(scalar keys %seen, '<=', 3 + 1000 / 45, 'and after at least 45');
ok(!$alone->logged(qr/worker died/), 'leaving is no crash');

$alone->stop;
done_testing;
