/* made of 8f651ca52fa9657a */
(()=>{})();
