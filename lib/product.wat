;; The product C += A B in Float64: C is m x n, A is m x k, B is k x n. See product.ts for what the parameters mean.
;; For Float32 three words differ: f64x2 -> f32x4, load64_splat -> load32_splat, and $shift 3 -> 2 (bytes of a number: 2^shift).
;; tests/product.test.ts holds this text against the bytes in product.ts.
(module
  (import "lib" "memory" (memory 0))
  (func (export "product")
    (param $m i32) (param $n i32) (param $k i32)
    (param $A i32) (param $rowA i32) (param $columnA i32)
    (param $B i32) (param $rowB i32) (param $C i32) (param $rowC i32)
    (local $i i32) (local $j i32) (local $p i32) (local $end i32)
    (local $a0 i32) (local $a1 i32) (local $a2 i32) (local $a3 i32)
    (local $b i32) (local $b1 i32) (local $b2 i32) (local $b3 i32) (local $c i32)
    (local $x v128) (local $x1 v128) (local $x2 v128) (local $x3 v128) (local $y0 v128) (local $y1 v128)
    (local $c00 v128) (local $c01 v128) (local $c10 v128) (local $c11 v128)
    (local $c20 v128) (local $c21 v128) (local $c30 v128) (local $c31 v128)
    (local $mask0 v128) (local $mask1 v128)

    ;; From numbers to bytes. m, k, i and p count; all else is in bytes.
    (local.set $n (i32.shl (local.get $n) (i32.const 3))) ;; shift
    (local.set $A (i32.shl (local.get $A) (i32.const 3))) ;; shift
    (local.set $rowA (i32.shl (local.get $rowA) (i32.const 3))) ;; shift
    (local.set $columnA (i32.shl (local.get $columnA) (i32.const 3))) ;; shift
    (local.set $B (i32.shl (local.get $B) (i32.const 3))) ;; shift
    (local.set $rowB (i32.shl (local.get $rowB) (i32.const 3))) ;; shift
    (local.set $C (i32.shl (local.get $C) (i32.const 3))) ;; shift
    (local.set $rowC (i32.shl (local.get $rowC) (i32.const 3))) ;; shift

    ;; Columns of C, two vectors (32 bytes) at a time. The masks keep what lies right of the last column as it is.
    (block $columnsDone (loop $columns
      (br_if $columnsDone (i32.ge_s (local.get $j) (local.get $n)))
      (local.set $p (i32.sub (local.get $n) (local.get $j)))
      (local.set $x (i8x16.splat (select (local.get $p) (i32.const 32) (i32.lt_s (local.get $p) (i32.const 32)))))
      (local.set $mask0 (i8x16.gt_s (local.get $x) (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)))
      (local.set $mask1 (i8x16.gt_s (local.get $x) (v128.const i8x16 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)))

      ;; Four rows of C in eight registers.
      (local.set $i (i32.const 0))
      (block $rowsDone (loop $rows
        (br_if $rowsDone (i32.gt_s (i32.add (local.get $i) (i32.const 4)) (local.get $m)))
        (local.set $c00 (v128.const i64x2 0 0)) (local.set $c01 (v128.const i64x2 0 0))
        (local.set $c10 (v128.const i64x2 0 0)) (local.set $c11 (v128.const i64x2 0 0))
        (local.set $c20 (v128.const i64x2 0 0)) (local.set $c21 (v128.const i64x2 0 0))
        (local.set $c30 (v128.const i64x2 0 0)) (local.set $c31 (v128.const i64x2 0 0))
        (local.set $a0 (i32.add (local.get $A) (i32.mul (local.get $i) (local.get $rowA))))
        (local.set $a1 (i32.add (local.get $a0) (local.get $rowA)))
        (local.set $a2 (i32.add (local.get $a1) (local.get $rowA)))
        (local.set $a3 (i32.add (local.get $a2) (local.get $rowA)))
        (local.set $b (i32.add (local.get $B) (local.get $j)))
        (local.set $p (local.get $k))
        (loop $sum4
          (local.set $y0 (v128.load (local.get $b)))
          (local.set $y1 (v128.load offset=16 (local.get $b)))
          (local.set $x (v128.load64_splat (local.get $a0)))
          (local.set $c00 (f64x2.add (local.get $c00) (f64x2.mul (local.get $x) (local.get $y0))))
          (local.set $c01 (f64x2.add (local.get $c01) (f64x2.mul (local.get $x) (local.get $y1))))
          (local.set $a0 (i32.add (local.get $a0) (local.get $columnA)))
          (local.set $x (v128.load64_splat (local.get $a1)))
          (local.set $c10 (f64x2.add (local.get $c10) (f64x2.mul (local.get $x) (local.get $y0))))
          (local.set $c11 (f64x2.add (local.get $c11) (f64x2.mul (local.get $x) (local.get $y1))))
          (local.set $a1 (i32.add (local.get $a1) (local.get $columnA)))
          (local.set $x (v128.load64_splat (local.get $a2)))
          (local.set $c20 (f64x2.add (local.get $c20) (f64x2.mul (local.get $x) (local.get $y0))))
          (local.set $c21 (f64x2.add (local.get $c21) (f64x2.mul (local.get $x) (local.get $y1))))
          (local.set $a2 (i32.add (local.get $a2) (local.get $columnA)))
          (local.set $x (v128.load64_splat (local.get $a3)))
          (local.set $c30 (f64x2.add (local.get $c30) (f64x2.mul (local.get $x) (local.get $y0))))
          (local.set $c31 (f64x2.add (local.get $c31) (f64x2.mul (local.get $x) (local.get $y1))))
          (local.set $a3 (i32.add (local.get $a3) (local.get $columnA)))
          (local.set $b (i32.add (local.get $b) (local.get $rowB)))
          (br_if $sum4 (local.tee $p (i32.sub (local.get $p) (i32.const 1)))))
        (local.set $c (i32.add (i32.add (local.get $C) (local.get $j)) (i32.mul (local.get $i) (local.get $rowC))))
        (v128.store (local.get $c) (v128.bitselect
          (f64x2.add (local.tee $x (v128.load (local.get $c))) (local.get $c00)) (local.get $x) (local.get $mask0)))
        (v128.store offset=16 (local.get $c) (v128.bitselect
          (f64x2.add (local.tee $x (v128.load offset=16 (local.get $c))) (local.get $c01)) (local.get $x) (local.get $mask1)))
        (local.set $c (i32.add (local.get $c) (local.get $rowC)))
        (v128.store (local.get $c) (v128.bitselect
          (f64x2.add (local.tee $x (v128.load (local.get $c))) (local.get $c10)) (local.get $x) (local.get $mask0)))
        (v128.store offset=16 (local.get $c) (v128.bitselect
          (f64x2.add (local.tee $x (v128.load offset=16 (local.get $c))) (local.get $c11)) (local.get $x) (local.get $mask1)))
        (local.set $c (i32.add (local.get $c) (local.get $rowC)))
        (v128.store (local.get $c) (v128.bitselect
          (f64x2.add (local.tee $x (v128.load (local.get $c))) (local.get $c20)) (local.get $x) (local.get $mask0)))
        (v128.store offset=16 (local.get $c) (v128.bitselect
          (f64x2.add (local.tee $x (v128.load offset=16 (local.get $c))) (local.get $c21)) (local.get $x) (local.get $mask1)))
        (local.set $c (i32.add (local.get $c) (local.get $rowC)))
        (v128.store (local.get $c) (v128.bitselect
          (f64x2.add (local.tee $x (v128.load (local.get $c))) (local.get $c30)) (local.get $x) (local.get $mask0)))
        (v128.store offset=16 (local.get $c) (v128.bitselect
          (f64x2.add (local.tee $x (v128.load offset=16 (local.get $c))) (local.get $c31)) (local.get $x) (local.get $mask1)))
        (local.set $i (i32.add (local.get $i) (i32.const 4)))
        (br $rows)))
      ;; The rows that are left, where the columns are fewer than two vectors.
      (if (i32.lt_s (i32.sub (local.get $n) (local.get $j)) (i32.const 32)) (then
        (block $lastDone (loop $last
          (br_if $lastDone (i32.ge_s (local.get $i) (local.get $m)))
          (local.set $c00 (v128.const i64x2 0 0)) (local.set $c01 (v128.const i64x2 0 0))
          (local.set $a0 (i32.add (local.get $A) (i32.mul (local.get $i) (local.get $rowA))))
          (local.set $b (i32.add (local.get $B) (local.get $j)))
          (local.set $p (local.get $k))
          (loop $sum1
            (local.set $y0 (v128.load (local.get $b)))
            (local.set $y1 (v128.load offset=16 (local.get $b)))
            (local.set $x (v128.load64_splat (local.get $a0)))
            (local.set $c00 (f64x2.add (local.get $c00) (f64x2.mul (local.get $x) (local.get $y0))))
            (local.set $c01 (f64x2.add (local.get $c01) (f64x2.mul (local.get $x) (local.get $y1))))
            (local.set $a0 (i32.add (local.get $a0) (local.get $columnA)))
            (local.set $b (i32.add (local.get $b) (local.get $rowB)))
            (br_if $sum1 (local.tee $p (i32.sub (local.get $p) (i32.const 1)))))
          (local.set $c (i32.add (i32.add (local.get $C) (local.get $j)) (i32.mul (local.get $i) (local.get $rowC))))
          (v128.store (local.get $c) (v128.bitselect
            (f64x2.add (local.tee $x (v128.load (local.get $c))) (local.get $c00)) (local.get $x) (local.get $mask0)))
          (v128.store offset=16 (local.get $c) (v128.bitselect
            (f64x2.add (local.tee $x (v128.load offset=16 (local.get $c))) (local.get $c01)) (local.get $x) (local.get $mask1)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $last)))))
      (local.set $j (i32.add (local.get $j) (i32.const 32)))
      (br $columns)))

    ;; The rows that are left, in all full pairs of columns: rows of B stream by, four at a time, then one at a time.
    (local.set $n (i32.and (local.get $n) (i32.const -32)))
    (if (i32.eqz (local.get $n)) (then (return)))
    (local.set $i (i32.and (local.get $m) (i32.const -4)))
    (block $streamDone (loop $stream
      (br_if $streamDone (i32.ge_s (local.get $i) (local.get $m)))
      (local.set $a0 (i32.add (local.get $A) (i32.mul (local.get $i) (local.get $rowA))))
      (local.set $b (local.get $B))
      (local.set $p (i32.const 0))
      (block $by4Done (loop $by4
        (br_if $by4Done (i32.gt_s (i32.add (local.get $p) (i32.const 4)) (local.get $k)))
        (local.set $x (v128.load64_splat (local.get $a0)))
        (local.set $a0 (i32.add (local.get $a0) (local.get $columnA)))
        (local.set $x1 (v128.load64_splat (local.get $a0)))
        (local.set $a0 (i32.add (local.get $a0) (local.get $columnA)))
        (local.set $x2 (v128.load64_splat (local.get $a0)))
        (local.set $a0 (i32.add (local.get $a0) (local.get $columnA)))
        (local.set $x3 (v128.load64_splat (local.get $a0)))
        (local.set $a0 (i32.add (local.get $a0) (local.get $columnA)))
        (local.set $b1 (i32.add (local.get $b) (local.get $rowB)))
        (local.set $b2 (i32.add (local.get $b1) (local.get $rowB)))
        (local.set $b3 (i32.add (local.get $b2) (local.get $rowB)))
        (local.set $c (i32.add (local.get $C) (i32.mul (local.get $i) (local.get $rowC))))
        (local.set $end (i32.add (local.get $c) (local.get $n)))
        (loop $row4
          (local.set $y0 (v128.load (local.get $c)))
          (local.set $y0 (f64x2.add (local.get $y0) (f64x2.mul (local.get $x) (v128.load (local.get $b)))))
          (local.set $y0 (f64x2.add (local.get $y0) (f64x2.mul (local.get $x1) (v128.load (local.get $b1)))))
          (local.set $y0 (f64x2.add (local.get $y0) (f64x2.mul (local.get $x2) (v128.load (local.get $b2)))))
          (local.set $y0 (f64x2.add (local.get $y0) (f64x2.mul (local.get $x3) (v128.load (local.get $b3)))))
          (v128.store (local.get $c) (local.get $y0))
          (local.set $y1 (v128.load offset=16 (local.get $c)))
          (local.set $y1 (f64x2.add (local.get $y1) (f64x2.mul (local.get $x) (v128.load offset=16 (local.get $b)))))
          (local.set $y1 (f64x2.add (local.get $y1) (f64x2.mul (local.get $x1) (v128.load offset=16 (local.get $b1)))))
          (local.set $y1 (f64x2.add (local.get $y1) (f64x2.mul (local.get $x2) (v128.load offset=16 (local.get $b2)))))
          (local.set $y1 (f64x2.add (local.get $y1) (f64x2.mul (local.get $x3) (v128.load offset=16 (local.get $b3)))))
          (v128.store offset=16 (local.get $c) (local.get $y1))
          (local.set $b1 (i32.add (local.get $b1) (i32.const 32)))
          (local.set $b2 (i32.add (local.get $b2) (i32.const 32)))
          (local.set $b3 (i32.add (local.get $b3) (i32.const 32)))
          (local.set $b (i32.add (local.get $b) (i32.const 32)))
          (br_if $row4 (i32.lt_u (local.tee $c (i32.add (local.get $c) (i32.const 32))) (local.get $end))))
        (local.set $b (i32.add (i32.sub (local.get $b) (local.get $n)) (i32.mul (local.get $rowB) (i32.const 4))))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (br $by4)))
      (block $by1Done (loop $by1
        (br_if $by1Done (i32.gt_s (i32.add (local.get $p) (i32.const 1)) (local.get $k)))
        (local.set $x (v128.load64_splat (local.get $a0)))
        (local.set $a0 (i32.add (local.get $a0) (local.get $columnA)))
        (local.set $c (i32.add (local.get $C) (i32.mul (local.get $i) (local.get $rowC))))
        (local.set $end (i32.add (local.get $c) (local.get $n)))
        (loop $row1
          (local.set $y0 (v128.load (local.get $c)))
          (local.set $y0 (f64x2.add (local.get $y0) (f64x2.mul (local.get $x) (v128.load (local.get $b)))))
          (v128.store (local.get $c) (local.get $y0))
          (local.set $y1 (v128.load offset=16 (local.get $c)))
          (local.set $y1 (f64x2.add (local.get $y1) (f64x2.mul (local.get $x) (v128.load offset=16 (local.get $b)))))
          (v128.store offset=16 (local.get $c) (local.get $y1))
          (local.set $b (i32.add (local.get $b) (i32.const 32)))
          (br_if $row1 (i32.lt_u (local.tee $c (i32.add (local.get $c) (i32.const 32))) (local.get $end))))
        (local.set $b (i32.add (i32.sub (local.get $b) (local.get $n)) (i32.mul (local.get $rowB) (i32.const 1))))
        (local.set $p (i32.add (local.get $p) (i32.const 1)))
        (br $by1)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $stream)))))
